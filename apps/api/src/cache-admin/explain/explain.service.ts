import { Injectable } from '@nestjs/common';
import { CacheService } from '@gad/cache';
import { unlessUnavailable, type KeyHistory, type KeyLook } from '@gad/cache/store';
import { StaleKeysService } from '../../cache-invalidation/stale-keys.service.js';
import { entryDto } from '../cache-figures.presenter.js';
import type {
  AbsenceDto,
  ExplainedEntryDto,
  ExplainedKeyDto,
  ServedHereDto,
} from './explain.dto.js';
import { ExplainRepository } from './explain.repository.js';
import { concerning, type RecordedRemoval, type Records } from './recorded-removals.js';
import { whyAbsent, type Absence } from './why-absent.js';

const SHOWN_ENTRIES = 20;
/** By how much what is left of a value may differ from what the board knows, in milliseconds. */
const TOLERANCE_MS = 1_000;

/** Says of one key what is there, and if there is no value, why. Four calls of the store at most. */
@Injectable()
export class ExplainService {
  constructor(
    private readonly cache: CacheService,
    private readonly records: ExplainRepository,
    private readonly keys: StaleKeysService,
  ) {}

  /** @throws CacheKeyInvalidError, Problem DATABASE_UNAVAILABLE for an absent key */
  async explain(key: string): Promise<ExplainedKeyDto> {
    const [look, history] = await Promise.all([
      unlessUnavailable(this.cache.look(key)),
      unlessUnavailable(this.cache.fleet?.recall(key)),
    ]);
    const now = Date.now();
    const journal = history?.entries ?? [];
    const lease = look?.lease;
    return {
      key,
      at: new Date(now).toISOString(),
      store: look === undefined ? 'unavailable' : this.cache.storeKind,
      state: look?.state ?? null,
      why: await this.#why(key, now, look, history),
      entry: look?.entry === undefined ? null : entryOf(look.entry, now, history),
      lease:
        lease === undefined
          ? null
          : { since: instant(now - lease.heldMs), ttl_ms: Math.ceil(lease.leftMs) },
      here: this.#here(key, look),
      view: this.#view(key),
      journal: concerning(key, journal).slice(0, SHOWN_ENTRIES).map(entryDto),
    };
  }

  async #why(
    key: string,
    now: number,
    look: KeyLook | undefined,
    history: KeyHistory | undefined,
  ): Promise<AbsenceDto | null> {
    const state = look?.state;
    if (state === 'unreadable') {
      return whyDto({ cause: state, certainty: 'proved', at: undefined }, null);
    }
    if (state !== undefined && state !== 'absent' && state !== 'leased') return null;
    const [logged, actions] = await Promise.all([this.records.events(), this.records.actions()]);
    const events = logged.map((event) => {
      return { ...event, patterns: this.keys.patternsOf(event.name, event.data) };
    });
    const records: Records = { events, actions, journal: history?.entries ?? [] };
    const absence = whyAbsent({
      ...{ key, now, history, records },
      reloaded: look?.indexed,
      seesEveryFill: this.cache.storeKind === 'memory',
      evictions: look?.evictions,
    });
    const usuarioId = absence.removal?.event?.usuarioId;
    const email = typeof usuarioId === 'number' ? await this.records.email(usuarioId) : null;
    return whyDto(absence, email);
  }

  #view(key: string): ExplainedKeyDto['view'] {
    const view = this.keys.viewOf(key);
    return view && { name: view.name, pattern: view.pattern, events: [...view.events] };
  }

  #here(key: string, look: KeyLook | undefined): ServedHereDto {
    const copy = this.cache.hasLocalCopy(key);
    const distrust = this.cache.distrust ?? (look === undefined ? 'store_unavailable' : undefined);
    const state = look?.state === 'present' || copy ? undefined : look?.state;
    const reason = distrust ?? state ?? null;
    return { served: reason === null, reason, local_copy: copy };
  }
}

function entryOf(
  { ttlMs, staleMs, bytes, codec }: NonNullable<KeyLook['entry']>,
  now: number,
  history: KeyHistory | undefined,
): ExplainedEntryDto {
  const fill = history?.fill;
  const endsAt = ttlMs === null ? 0 : now + ttlMs;
  // Another one may have been stored since, and not been reported.
  const isThatFill = fill !== undefined && Math.abs(fill.endsAt - endsAt) <= TOLERANCE_MS;
  return {
    ttl_ms: ttlMs,
    stale_ms: staleMs,
    bytes: bytes < 0 ? null : bytes,
    codec,
    stored_at: isThatFill ? instant(fill.filledAt) : null,
  };
}

function whyDto(absence: Absence, email: string | null): AbsenceDto {
  const { cause, certainty, at, removal } = absence;
  const { pattern = null, by = null, requestId = null } = removal ?? {};
  return {
    cause,
    certainty,
    at: at === undefined ? null : instant(at),
    event: eventDto(removal, email),
    ...{ by, request_id: requestId, pattern },
  };
}

function eventDto(removal: RecordedRemoval | undefined, email: string | null): AbsenceDto['event'] {
  const event = removal?.event;
  if (removal === undefined || event === null || event === undefined) return null;
  return {
    id: event.id,
    name: event.name,
    position: `tx:${event.xid}`,
    at: event.at.toISOString(),
    usuario_id: event.usuarioId,
    usuario_email: email,
    request_id: removal.requestId,
    pattern: removal.pattern,
  };
}

const instant = (ms: number): string => new Date(ms).toISOString();
