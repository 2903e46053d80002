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
import type { RetryQueue } from '../invalidate/retry-queue.js';

/**
 * The reads of a store, refused while this process owes removals — what they would find may be what
 * should be gone — and, with a log, while there is no proof that the store is fresh.
 *
 * Checked when a read is sent: one that was sent before the removal was owed, or the proof ran out,
 * was asked for before the write was acknowledged. The proof is checked once more when the answer
 * is used, because a process may have been stopped in between for longer than any reader expects.
 */
export class ReadGate implements Pick<
  CacheStore,
  'read' | 'readTimed' | 'readMany' | 'readWhole' | 'acquire' | 'acquireRefresh'
> {
  constructor(
    private readonly store: CacheStore,
    private readonly pending: RetryQueue,
    private readonly freshness: FreshnessGuard | undefined,
  ) {}

  read(key: string, withinMs: number): Promise<string | undefined> {
    return this.#refused() ?? this.#judged(this.store.read(key, withinMs));
  }

  /** As `read`, without the second check: the caller looks at `proved`, and spares a promise. */
  readUnchecked(key: string, withinMs: number): Promise<string | undefined> {
    return this.#refused() ?? this.store.read(key, withinMs);
  }

  readTimed(key: string, withinMs: number): Promise<TimedText | undefined> {
    return this.#refused() ?? this.#judged(this.store.readTimed(key, withinMs));
  }

  readMany(keys: readonly string[], withinMs: number): Promise<(string | undefined)[]> {
    return this.#refused() ?? this.#judged(this.store.readMany(keys, withinMs));
  }

  readWhole(key: string, withinMs: number): Promise<TimedText | undefined> {
    return this.#refused() ?? this.#judged(this.store.readWhole(key, withinMs));
  }

  /** Its answer is no value, so it is not looked at again. */
  acquire(key: string, terms: LeaseTerms, withinMs: number): Promise<Acquisition> {
    return this.#refused() ?? this.store.acquire(key, terms, withinMs);
  }

  acquireRefresh(
    key: string,
    head: string,
    terms: RefreshTerms,
    withinMs: number,
  ): Promise<RefreshAcquisition> {
    return this.#refused() ?? this.store.acquireRefresh(key, head, terms, withinMs);
  }

  /** Whether a read may be sent now, and so whether a copy of what one found may be used. */
  get trusted(): boolean {
    return this.pending.size === 0 && this.proved;
  }

  /** Whether what has been read may be used now. */
  get proved(): boolean {
    return this.freshness === undefined || this.freshness.trusted;
  }

  /** Another number after each time without proof: what was read before that is not covered. */
  get epoch(): number {
    return this.freshness?.epoch ?? 0;
  }

  #refused(): Promise<never> | undefined {
    if (this.trusted) return undefined;
    return Promise.reject(
      this.proved
        ? new CacheUnavailableError('offline', 'Removals are owed to the cache store.')
        : unproved(),
    );
  }

  #judged<T>(read: Promise<T>): Promise<T> {
    if (this.freshness === undefined) return read;
    return read.then((found) => {
      if (!this.proved) throw unproved();
      return found;
    });
  }
}

function unproved(): CacheUnavailableError {
  return new CacheUnavailableError('unproved', 'Nothing proves that the cache store is fresh.');
}
