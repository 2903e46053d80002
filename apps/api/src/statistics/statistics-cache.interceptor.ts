import {
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { CacheService, type CacheEntry } from '@gad/cache';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { firstValueFrom, of, type Observable } from 'rxjs';
import { Problem } from '../problems/problem.js';
import { matchesEtag, weakEtag } from './etag.js';
import { readStatisticsRequest, type StatisticsRequest } from './statistics-request.js';
import {
  STATISTICS_TTL_SECONDS,
  UNKNOWN_USUARIO_TTL_SECONDS,
  statisticsKey,
} from './statistics.cache.js';
import { isStatistics, type Statistics } from './statistics.js';

/**
 * Cache-aside for statistics: the handler, which computes them from the database, runs only when
 * the cache has none. Adds `_cache`, `Cache-Status` (RFC 9211) and the validators to the answer.
 * A handler's `null` (no such usuario) is cached briefly as well, and answered as 404.
 */
@Injectable()
export class StatisticsCacheInterceptor implements NestInterceptor {
  constructor(private readonly cache: CacheService) {}

  async intercept(
    context: ExecutionContext,
    next: CallHandler<Statistics | null>,
  ): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const wanted = await readStatisticsRequest(request);
    const entry = await this.lookUp(wanted, () => firstValueFrom(next.handle()));
    if (entry.value === null) {
      throw new Problem('USUARIO_NOT_FOUND', `There is no usuario ${String(wanted.userId)}`);
    }
    const { calculated_at: _when, ...content } = entry.value;
    const etag = weakEtag(content);
    void reply.headers({
      'cache-status': cacheStatus(wanted, entry),
      'cache-control': 'private, no-cache',
      etag,
    });
    if (matchesEtag(request.headers['if-none-match'], etag)) {
      void reply.status(304);
      return of(undefined);
    }
    return of({ ...entry.value, _cache: { hit: entry.hit, ttl: entry.ttl ?? 0, key: entry.key } });
  }

  private async lookUp(
    { userId, days, useCache }: StatisticsRequest,
    compute: () => Promise<Statistics | null>,
  ): Promise<CacheEntry<Statistics | null>> {
    const key = statisticsKey(userId, days);
    if (useCache) {
      const entry = await this.cache.getOrSetEntry<Statistics | null>(key, compute, {
        ttl: STATISTICS_TTL_SECONDS,
        negativeTtl: UNKNOWN_USUARIO_TTL_SECONDS,
      });
      if (entry.value === null || isStatistics(entry.value, userId, days)) return entry;
      // Not ours, or not of this version: away with it, and compute as if nothing had been there.
      await this.cache.invalidate(key);
    }
    return {
      key: this.cache.fullKey(key),
      value: await compute(),
      hit: false,
      stored: false,
      ttl: 0,
    };
  }
}

function cacheStatus({ useCache }: StatisticsRequest, entry: CacheEntry<unknown>): string {
  if (!useCache) return 'gad; fwd=bypass';
  if (entry.hit) return `gad; hit; ttl=${String(entry.ttl ?? 0)}`;
  return entry.stored ? 'gad; fwd=miss; stored' : 'gad; fwd=miss';
}
