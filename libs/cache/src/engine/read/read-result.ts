import type { CacheEntry, GetOrSetOptions, Loader } from '../../values/get-or-set-options.js';
import type { LoadOutcome } from '../load/load-request.js';
import type { DeadlineBudget } from '../deadline-budget.js';
import { deepFreeze } from '../../values/deep-freeze.js';
import { JsonText } from '../../values/json-text.js';
import type { Found, LookupRequest } from '../lookup/lookup.js';
import { wholeSeconds } from '../../values/ttl.js';

/** A value with its cache status. */
export interface ReadResult extends Omit<CacheEntry<unknown>, 'key'> {
  /**
   * Milliseconds that the value stays fresh, and so may be copied; `null` without expiry,
   * `undefined` when it was not read.
   */
  readonly lifeMs: number | null | undefined;
}

/** A read of a key that was sent before its caller asked for the entry. */
export interface ReadAhead {
  readonly budget: DeadlineBudget;
  readonly sent: Promise<Found>;
}

/** The arguments of one read-through. */
export interface ReadRequest<T> extends LookupRequest {
  readonly loader: Loader<T>;
  readonly onContended?: (() => void) | undefined;
  readonly ofBatch?: boolean | undefined;
}

/** What a caller gets of a result. @param key the key as it appears in the store */
export function toEntry(
  key: string,
  { value, hit, stored, stale, ttl }: ReadResult,
): CacheEntry<unknown> {
  return { key, value, hit, stored, stale, ttl };
}

/** Converts the outcome of a load for this caller. */
export function toReadResult(
  loaded: Exclude<LoadOutcome, 'skipped'>,
  options: GetOrSetOptions,
): ReadResult {
  if ('raw' in loaded) {
    return {
      value: loaded.raw,
      hit: false,
      stored: false,
      stale: false,
      ttl: 0,
      lifeMs: undefined,
    };
  }
  const value = loaded.value.given(options);
  if (loaded.hit) {
    // Filled by another process while this one waited, so it is recent.
    return {
      value,
      hit: true,
      stored: true,
      stale: false,
      ttl: cap(loaded.freshMs ?? lifeOf(options), options.ttl),
      lifeMs: undefined,
    };
  }
  const lifeMs = loaded.ttlMs ?? null;
  const ttl = loaded.stored ? wholeSeconds(lifeMs) : 0;
  return { value, hit: false, stored: loaded.stored, stale: false, ttl, lifeMs };
}

const lifeOf = ({ ttl }: GetOrSetOptions): number | null => (ttl === undefined ? null : ttl * 1000);

/**
 * Caps the remaining life at the entry's own ttl: it was read just before the value and may belong
 * to the previous entry.
 */
export function cap(ttlMs: number | null, ttl: number | undefined): number | null {
  const seconds = wholeSeconds(ttlMs);
  if (ttl === undefined) return seconds;
  return seconds === null ? null : Math.min(seconds, Math.ceil(ttl));
}

/** Values of reads with `local` are frozen, whether this process keeps copies or not. */
export function frozenIf(value: unknown, { local }: GetOrSetOptions): unknown {
  // The value of a text is frozen already.
  if (local !== undefined && !(value instanceof JsonText)) deepFreeze(value);
  return value;
}
