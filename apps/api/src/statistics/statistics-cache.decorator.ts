import { CacheAside } from '@gad/cache';
import type { AnswerEntry, JsonText } from '@gad/cache';
import type { ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../problems/problem.js';
import { matchesEtag, weakEtag } from '../http/etag.js';
import { readStatisticsRequest, type StatisticsRequest } from './statistics-request.js';
import { STATISTICS_VIEW } from './statistics.cache.js';
import { isStatistics, type Statistics } from './statistics.js';

/**
 * Cache-aside for statistics: the library's interceptor around the handler, which computes them
 * from the database and runs only when the cache has none. The guards decide who may see them, so
 * the answer does not depend on who asks. A handler's `null` (no such usuario) is cached briefly.
 */
export const CachedStatistics = (): MethodDecorator =>
  CacheAside<StatisticsRequest, Statistics | null>({
    scope: 'shared',
    read: (context) => readStatisticsRequest(context.switchToHttp().getRequest<FastifyRequest>()),
    key: ({ userId, days }) => STATISTICS_VIEW.key(userId, days),
    enabled: ({ useCache }) => useCache,
    ttl: STATISTICS_VIEW.ttl,
    negativeTtl: STATISTICS_VIEW.negativeTtl,
    local: STATISTICS_VIEW.local,
    rawJson: true,
    valid: (value, { userId, days }) => value === null || isStatistics(value, userId, days),
    map: answer,
  });

/** Adds `_cache`, `Cache-Status` (RFC 9211) and the validators; `null` becomes a 404. */
function answer(
  entry: AnswerEntry<Statistics | null>,
  { userId, useCache }: StatisticsRequest,
  context: ExecutionContext,
): unknown {
  if (entry.value === null) {
    throw new Problem('USUARIO_NOT_FOUND', `There is no usuario ${String(userId)}`);
  }
  const http = context.switchToHttp();
  const reply = http.getResponse<FastifyReply>();
  const etag = entry.json.once(etagOf);
  void reply.headers({
    'cache-status': useCache ? cacheStatus(entry) : 'gad; fwd=bypass',
    'cache-control': 'private, no-cache',
    etag,
  });
  if (matchesEtag(http.getRequest<FastifyRequest>().headers['if-none-match'], etag)) {
    void reply.status(304);
    return undefined;
  }
  return entry.json.once(bodies).of(entry);
}

type Cached = Pick<AnswerEntry<unknown>, 'hit' | 'key'> & { readonly ttl: number };

/** The last body of a text: on a hit it changes when `ttl` does, once a second. */
class Bodies {
  #last: { readonly of: Cached; readonly body: JsonText } | undefined;

  of({ json, hit, key, ttl: left }: AnswerEntry<Statistics | null>): JsonText {
    const ttl = left ?? 0;
    const last = this.#last;
    if (last?.of.ttl === ttl && last.of.hit === hit && last.of.key === key) return last.body;
    const _cache = { hit, ttl, key };
    this.#last = { of: _cache, body: json.with({ _cache }) };
    return this.#last.body;
  }
}

const bodies = (): Bodies => new Bodies();

/** Over the statistics, whenever they were computed. */
function etagOf(statistics: Statistics | null): string {
  const { calculated_at: _when, ...content } = statistics ?? { calculated_at: '' };
  return weakEtag(content);
}

function cacheStatus(entry: AnswerEntry<unknown>): string {
  if (entry.hit) return `gad; hit; ttl=${String(entry.ttl ?? 0)}`;
  return entry.stored ? 'gad; fwd=miss; stored' : 'gad; fwd=miss';
}
