import type { CacheStore, Lease, RefreshLease } from '../../store/cache-store.js';

/** The right to store the value of a load; void as soon as its key is invalidated. */
export interface FillLease {
  /** Stores the value if the lease is still valid. */
  fill(text: string, ttlMs: number | undefined, withinMs: number): Promise<boolean>;
  /** Releases the lease without a value; resolves with whether it was still valid. */
  release(failed: boolean, withinMs: number): Promise<boolean>;
}

/**
 * After a failed refresh no process tries again for this many milliseconds, to spare a failing
 * source.
 */
const REFRESH_BACKOFF_MS = 2_000;

/**
 * For this many milliseconds after a load that yielded nothing to store, all callers load
 * concurrently, instead of one after the other. Every such load renews the period, and the first
 * value ends it.
 */
export const HIT_FOR_MISS_MS = 2_000;

/** For a key without a value. */
export function fillLease(store: CacheStore, lease: Lease): FillLease {
  return {
    fill: store.fill.bind(store, lease),
    release: (_, withinMs) => store.release(lease, withinMs, HIT_FOR_MISS_MS),
  };
}

/** For a key whose value is still stored. */
export function refreshFillLease(store: CacheStore, refresh: RefreshLease): FillLease {
  return {
    fill: store.refill.bind(store, refresh),
    release: (failed, withinMs) =>
      failed
        ? store.releaseRefresh(refresh, REFRESH_BACKOFF_MS, withinMs)
        : store.releaseRefresh(refresh, 0, withinMs, HIT_FOR_MISS_MS),
  };
}
