import { Injectable, Logger } from '@nestjs/common';
import { CacheService } from '@gad/cache';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { clip } from '../problems/clip.js';
import { rawRest } from '../http/request-target.js';
import { isDatabaseUnavailable } from '../database/unavailable.js';
import { CacheAuditRepository } from './cache-audit.repository.js';

const MAX_TARGET = 512;

/** What one request does to the cache. */
export interface CacheAuditEntry {
  readonly id: number;
  readonly action: string;
  readonly target: string | null;
  readonly dryRun: boolean;
  /** How many keys it removed, counted or showed: the handler says so. */
  keys: number | null;
}

/**
 * Who did what to the cache: a row a request, begun before the work and ended before the answer, and
 * one log line with the request id that every line carries.
 */
@Injectable()
export class CacheAudit {
  private readonly logger = new Logger('CacheAudit');

  constructor(
    private readonly entries: CacheAuditRepository,
    private readonly cache: CacheService,
  ) {}

  /** @throws Problem DATABASE_UNAVAILABLE, and then nothing may be done */
  async begin(request: FastifyRequest): Promise<void> {
    request.audit = null;
    const entry = this.#entryOf(request);
    const id = await this.entries.insert({ ...entry, ...whoOf(request) });
    request.audit = { ...entry, id, keys: null };
  }

  /** Before the answer is sent, whatever it is. Never throws. */
  async end(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    // Without a caller there is nothing to hold against anyone; without a row that is known already.
    if (request.user === undefined || request.audit === null) return;
    const { statusCode: status } = reply;
    const end = { status, outcome: outcomeOf(status), ms: Math.round(reply.elapsedTime) };
    const { audit } = request;
    try {
      if (audit === undefined) {
        await this.entries.insert({ ...this.#entryOf(request), ...whoOf(request), ...end });
      } else await this.entries.update(audit.id, { ...end, keys: audit.keys });
    } catch (error) {
      // What was done is done: its row says that it was begun, and the line below how it ended.
      if (!isDatabaseUnavailable(error)) this.logger.error(error);
    }
    this.#log(request.user.id, { ...(audit ?? this.#entryOf(request)), ...end });
  }

  /** One line for a request that is not audited. */
  note(usuarioId: number, action: string): void {
    this.#log(usuarioId, { action, target: null, dryRun: false });
  }

  #log(usuarioId: number, entry: LoggedEntry): void {
    const { action, target, dryRun, keys, status, outcome = 'ok' } = entry;
    const what = [action, ...(dryRun ? ['(dry run)'] : []), ...(target === null ? [] : [target])];
    const how = outcome === 'ok' ? '' : ` ${outcome} with ${String(status)}`;
    const counted = typeof keys === 'number' ? ` (${String(keys)} keys)` : '';
    this.logger.log({
      message: `Usuario ${String(usuarioId)}: ${what.join(' ')}${counted}${how}`,
      action,
      usuario_id: usuarioId,
      ...(target === null ? {} : { target }),
      ...(typeof keys === 'number' ? { count: keys } : {}),
      outcome,
    });
  }

  #entryOf(request: FastifyRequest): Omit<CacheAuditEntry, 'id' | 'keys'> {
    const { query, routeOptions, raw } = request;
    const { url = '', config } = routeOptions;
    const { dry_run: dryRun } = Object(query) as { dry_run?: unknown }; // as the caller sent it
    const target = url.endsWith('*') ? decoded(rawRest(raw.url ?? '', url)) : null;
    return {
      action: config.audited ?? '',
      target: target === null ? null : clip(this.cache.stripPrefix(target), MAX_TARGET),
      dryRun: dryRun === 'true' || dryRun === true,
    };
  }
}

type LoggedEntry = Omit<CacheAuditEntry, 'id' | 'keys'> & {
  readonly keys?: number | null;
  readonly status?: number;
  readonly outcome?: string;
};

function whoOf({ user, id }: FastifyRequest): { usuarioId: number | null; requestId: string } {
  return { usuarioId: user?.id ?? null, requestId: id };
}

/** What is not there was looked for all the same. */
function outcomeOf(status: number): 'ok' | 'refused' | 'failed' {
  if (status >= 500) return 'failed';
  return status < 400 || status === 404 ? 'ok' : 'refused';
}

/** As far as it can be decoded, without the NULs that PostgreSQL takes none of. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text).replaceAll('\0', '%00');
  } catch {
    return text;
  }
}
