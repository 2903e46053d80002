import type { CacheStore, Lease, RefreshLease } from '../../store/cache-store.js';

/** The right to store what is being loaded, void as soon as anything was invalidated. */
export interface FillLease {
  /** Stores the value if the right still holds. */
  fill(text: string, ttlMs: number | undefined, withinMs: number): Promise<boolean>;
  /** Ends it with nothing to store; whether it still held. */
  release(failed: boolean, withinMs: number): Promise<boolean>;
}

/** After a failed refresh no process tries again for so long, to spare a source in trouble. */
const REFRESH_BACKOFF_MS = 2_000;

/**
 * After a load that yielded nothing to store, all callers load side by side for so long, instead of
 * each waiting for the load before it. Every such load renews it, and the first value ends it.
 */
export const HIT_FOR_MISS_MS = 2_000;

/** For a key without a value. */
export function fillLease(store: CacheStore, lease: Lease): FillLease {
  return {
    fill: (text, ttlMs, withinMs) => store.fill(lease, text, ttlMs, withinMs),
    release: (_, withinMs) => store.release(lease, withinMs, HIT_FOR_MISS_MS),
  };
}

/** For a key whose value is still held. */
export function refreshFillLease(store: CacheStore, refresh: RefreshLease): FillLease {
  return {
    fill: (text, ttlMs, withinMs) => store.refill(refresh, text, ttlMs, withinMs),
    release: (failed, withinMs) =>
      failed
        ? store.releaseRefresh(refresh, REFRESH_BACKOFF_MS, withinMs)
        : store.releaseRefresh(refresh, 0, withinMs, HIT_FOR_MISS_MS),
  };
}
