import type { CacheStore, Lease, RefreshLease } from '../store/cache-store.js';

/** The right to store what is being loaded, void as soon as anything was invalidated. */
export interface FillRight {
  /** Stores the value if the right still holds. */
  fill(text: string, ttlMs: number | undefined, withinMs: number): Promise<boolean>;
  /** Ends it with nothing to store; whether it still held. */
  giveUp(failed: boolean, withinMs: number): Promise<boolean>;
}

/** After a refresh that failed, nobody tries again for so long: a source in need is left alone. */
export const REST_MS = 2_000;

/**
 * After a load that yielded nothing to store, all callers load side by side for so long, instead of
 * each waiting for the load before it. Every such load renews it, and the first value ends it.
 */
export const HIT_FOR_MISS_MS = 2_000;

/** For a key without a value. */
export function leaseRight(store: CacheStore, lease: Lease): FillRight {
  return {
    fill: (text, ttlMs, withinMs) => store.fill(lease, text, ttlMs, withinMs),
    giveUp: (_, withinMs) => store.release(lease, withinMs, HIT_FOR_MISS_MS),
  };
}

/** For a key whose value is still held. */
export function refreshRight(store: CacheStore, refresh: RefreshLease): FillRight {
  return {
    fill: (text, ttlMs, withinMs) => store.refill(refresh, text, ttlMs, withinMs),
    giveUp: (failed, withinMs) =>
      failed
        ? store.endRefresh(refresh, REST_MS, withinMs)
        : store.endRefresh(refresh, 0, withinMs, HIT_FOR_MISS_MS),
  };
}
