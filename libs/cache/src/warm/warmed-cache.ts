import type { Fleet } from '../observe/fleet.js';
import type { FreshnessFigures } from '../outbox/freshness.js';
import type { CacheStore } from '../store/cache-store.js';
import type { GetOrSetOptions, Loader } from '../values/get-or-set-options.js';

/** What warming uses of its cache. */
export interface WarmedCache {
  readonly store: CacheStore;
  readonly fleet: Fleet | undefined;
  readonly freshness: FreshnessFigures | null;
  getOrSet<T>(key: string, loader: Loader<T>, options: GetOrSetOptions): Promise<unknown>;
  getOrSetEntry<T>(
    key: string,
    loader: Loader<T>,
    options: GetOrSetOptions,
  ): Promise<{ readonly value: unknown; readonly hit: boolean; readonly stored: boolean }>;
  describeMany(
    keys: readonly string[],
  ): Promise<readonly ({ readonly ttl: number | null } | undefined)[]>;
}
