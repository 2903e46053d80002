import type { CacheEntry, GetOrSetOptions } from '../../values/get-or-set-options.js';
import type { LoadOutcome } from '../load/load-request.js';
import { wholeSeconds } from '../../values/ttl.js';

/** A value with how it was come by. */
export interface ReadResult extends Omit<CacheEntry<unknown>, 'key'> {
  /**
   * Milliseconds that it is fresh, `null` for ever, `undefined` when nobody looked: for how long it
   * may be copied.
   */
  readonly lifeMs: number | null | undefined;
}

/** The outcome of a load, as this caller is told it. */
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
    // Filled by another process while this one waited: a moment old at most.
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
 * The remaining life was read a moment before the value and may belong to what was there before
 * it; it is never more than the entry's own ttl.
 */
export function cap(ttlMs: number | null, ttl: number | undefined): number | null {
  const seconds = wholeSeconds(ttlMs);
  if (ttl === undefined) return seconds;
  return seconds === null ? null : Math.min(seconds, Math.ceil(ttl));
}
