import { CacheUnavailableError } from '../cache-errors.js';
import type { Acquisition, CacheStore, LeaseTerms, TimedText } from '../store/cache-store.js';
import type { PendingRemovals } from './pending-removals.js';

/**
 * The reads of a store, refused while this process owes removals: what they would find may be what
 * should be gone. Checked when a read is sent; one that was sent before the removal was owed was
 * asked for before the write was acknowledged.
 */
export class TrustedReads implements Pick<
  CacheStore,
  'read' | 'readTimed' | 'readMany' | 'acquire'
> {
  constructor(
    private readonly store: CacheStore,
    private readonly pending: PendingRemovals,
  ) {}

  read(key: string, withinMs: number): Promise<string | undefined> {
    return this.#refused() ?? this.store.read(key, withinMs);
  }

  readTimed(key: string, withinMs: number): Promise<TimedText | undefined> {
    return this.#refused() ?? this.store.readTimed(key, withinMs);
  }

  readMany(keys: readonly string[], withinMs: number): Promise<(string | undefined)[]> {
    return this.#refused() ?? this.store.readMany(keys, withinMs);
  }

  acquire(key: string, terms: LeaseTerms, withinMs: number): Promise<Acquisition> {
    return this.#refused() ?? this.store.acquire(key, terms, withinMs);
  }

  #refused(): Promise<never> | undefined {
    if (this.pending.size === 0) return undefined;
    return Promise.reject(
      new CacheUnavailableError('offline', 'Removals are owed to the cache store.'),
    );
  }
}
