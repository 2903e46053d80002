import { CacheUnavailableError } from '../../cache-errors.js';
import type { FreshnessGuard } from '../../outbox/freshness-guard.js';
import type {
  Acquisition,
  CacheStore,
  LeaseTerms,
  RefreshTerms,
  RefreshAcquisition,
  TimedText,
} from '../../store/cache-store.js';
import { OpenTransaction, TRANSACTIONS } from '../open-transaction.js';
import type { RetryQueue } from '../invalidate/retry-queue.js';

/**
 * The reads of a store. They are rejected while removals of this process are pending or wait for the
 * commit of the caller's transaction, because they might return removed values, and, with an
 * invalidation log, while the store is not proved fresh.
 *
 * The gate is checked when a read is sent: a read that was sent before the removal became pending,
 * or before the proof expired, began before the write was acknowledged. `Lookup` checks the proof
 * again when the answer is used, because the process may have been suspended in between.
 */
export class ReadGate implements Pick<
  CacheStore,
  'read' | 'readMany' | 'readWithLife' | 'acquire' | 'acquireRefresh'
> {
  constructor(
    private readonly store: CacheStore,
    private readonly pending: RetryQueue,
    private readonly freshness: FreshnessGuard | undefined,
  ) {}

  read(key: string, withinMs: number): Promise<string | undefined> {
    return this.trusted ? this.store.read(key, withinMs) : this.#refuse();
  }

  readMany(keys: readonly string[], withinMs: number): Promise<(string | undefined)[]> {
    return this.trusted ? this.store.readMany(keys, withinMs) : this.#refuse();
  }

  readWithLife(
    key: string,
    life: 'approximate' | 'exact',
    withinMs: number,
  ): Promise<TimedText | undefined> {
    return this.trusted ? this.store.readWithLife(key, life, withinMs) : this.#refuse();
  }

  acquire(key: string, terms: LeaseTerms, withinMs: number): Promise<Acquisition> {
    return this.trusted ? this.store.acquire(key, terms, withinMs) : this.#refuse();
  }

  acquireRefresh(
    key: string,
    head: string,
    terms: RefreshTerms,
    withinMs: number,
  ): Promise<RefreshAcquisition> {
    if (!this.trusted) return this.#refuse();
    return this.store.acquireRefresh(key, head, terms, withinMs);
  }

  /** Whether a read may be sent now, and a local copy of an earlier read may be used. */
  get trusted(): boolean {
    const clean = !TRANSACTIONS.announced || !OpenTransaction.dirty;
    return this.pending.size === 0 && clean && this.proved;
  }

  /** Whether a value that was read may be used now. */
  get proved(): boolean {
    return this.freshness === undefined || this.freshness.trusted;
  }

  /** Changes after each time without proof: values read in an earlier epoch are not covered. */
  get epoch(): number {
    return this.freshness?.epoch ?? 0;
  }

  #refuse(): Promise<never> {
    return Promise.reject(
      this.proved
        ? new CacheUnavailableError('offline', 'Removals from the cache store are pending.')
        : new CacheUnavailableError('unproved', 'The cache store is not proved fresh.'),
    );
  }
}
