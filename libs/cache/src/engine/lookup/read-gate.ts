import { CacheUnavailableError } from '../../cache-errors.js';
import type { Freshness } from '../../outbox/freshness.js';
import type {
  Acquisition,
  CacheStore,
  LeaseTerms,
  RefreshTerms,
  RefreshAcquisition,
  TimedText,
} from '../../store/cache-store.js';
import { OpenTransaction, TRANSACTIONS } from '../open-transaction.js';
import type { PendingRemovals } from '../invalidate/pending-removals.js';

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
    private readonly pending: PendingRemovals,
    private readonly freshness: Freshness | undefined,
  ) {}

  read(key: string, withinMs: number): Promise<string | undefined> {
    return this.trusts(key) ? this.store.read(key, withinMs) : this.#refuse(key);
  }

  /** A key that is not trusted has no value, unless none is. */
  readMany(keys: readonly string[], withinMs: number): Promise<(string | undefined)[]> {
    const trusted = keys.filter((key) => this.trusts(key));
    if (trusted.length === keys.length) return this.store.readMany(keys, withinMs);
    if (trusted.length === 0) return this.#refuse(keys[0] ?? '');
    return this.store.readMany(trusted, withinMs).then((texts) => {
      let next = 0;
      return keys.map((key) => (key === trusted[next] ? texts[next++] : undefined));
    });
  }

  readWithLife(
    key: string,
    life: 'approximate' | 'exact',
    withinMs: number,
  ): Promise<TimedText | undefined> {
    return this.trusts(key) ? this.store.readWithLife(key, life, withinMs) : this.#refuse(key);
  }

  acquire(key: string, terms: LeaseTerms, withinMs: number): Promise<Acquisition> {
    return this.trusts(key) ? this.store.acquire(key, terms, withinMs) : this.#refuse(key);
  }

  acquireRefresh(
    key: string,
    head: string,
    terms: RefreshTerms,
    withinMs: number,
  ): Promise<RefreshAcquisition> {
    if (!this.trusts(key)) return this.#refuse(key);
    return this.store.acquireRefresh(key, head, terms, withinMs);
  }

  /** Whether a read may be sent now, and a local copy of an earlier read may be used. */
  trusts(key: string): boolean {
    const clean = !TRANSACTIONS.announced || !OpenTransaction.dirty;
    return !this.pending.concerns(key) && clean && this.proves(key);
  }

  /** Whether a value that was read may be used now. */
  proves(key: string): boolean {
    return this.freshness === undefined || this.freshness.trusts(key);
  }

  /** Changes after each time without proof: values read in an earlier epoch are not covered. */
  get epoch(): number {
    return this.freshness?.epoch ?? 0;
  }

  #refuse(key: string): Promise<never> {
    return Promise.reject(
      this.proves(key)
        ? new CacheUnavailableError('offline', 'Removals from the cache store are pending.')
        : new CacheUnavailableError('unproved', 'The cache store is not proved fresh.'),
    );
  }
}
