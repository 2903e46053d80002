import { CacheUnavailableError } from '../../cache-errors.js';
import type { CacheCounters } from '../../cache-counters.js';
import type { Clock } from '../../clock.js';
import { fulfilledWithin, pause } from '../../clock.js';
import type { FreshnessGuard, CommitPosition } from '../../outbox/freshness-guard.js';
import type { CacheStore } from '../../store/cache-store.js';
import type { DeadlineBudget } from '../deadline-budget.js';
import { Glob } from '../../keys/glob.js';
import type { RetryQueue } from './retry-queue.js';

/** What invalidations work with. */
export interface InvalidationParts {
  readonly store: CacheStore;
  readonly pending: RetryQueue;
  /** Absent without a log. */
  readonly freshness: FreshnessGuard | undefined;
  readonly clock: Clock;
  readonly limits: { readonly deadlineMs: number };
  readonly counters: CacheCounters;
  /** Removes what matches; throws `CacheUnavailableError` when nobody knows whether it did. */
  readonly remove: (pattern: string) => Promise<unknown>;
  /** The time for store calls that the operation has, or the rest of the request's. */
  readonly budget: () => DeadlineBudget;
  /** How much longer than the deadline it may take, because other processes have to confirm it. */
  readonly ackWaitMs: (patterns: readonly string[]) => number;
}

/**
 * What a writer asks for before it answers: that nobody is served the old value. Usually the store
 * confirms the removal within the deadline, and where other processes have to confirm it as well,
 * these do or are waited for. When that fails, a write that is in the log waits until
 * it does not matter any more; any other is owed.
 */
export class Invalidation {
  readonly #parts: InvalidationParts;

  constructor(parts: InvalidationParts) {
    this.#parts = parts;
  }

  async run(patterns: readonly string[], written: CommitPosition | undefined): Promise<boolean> {
    for (const pattern of patterns) void new Glob(pattern);
    if (patterns.length === 0) return true;
    const { freshness } = this.#parts;
    if (freshness?.strict !== true || written === undefined) return this.#orEnqueue(patterns);
    const done = await this.#orWait(patterns, written, freshness);
    await freshness.commitWait(written);
    return done;
  }

  /** Confirmed in time, or owed. */
  async #orEnqueue(patterns: readonly string[]): Promise<boolean> {
    const { store, pending } = this.#parts;
    const mark = pending.version();
    const owe = (): false => {
      for (const pattern of patterns) pending.enqueue(pattern, mark);
      return false;
    };
    if (pending.size > 0 || !store.connected) return owe();
    const removal = this.#remove(patterns);
    const done = await this.#inTime(removal, patterns);
    if (done === true) return true;
    owe();
    // It may still arrive, and then nothing is owed any more.
    if (done === 'late') {
      removal.then(
        () => {
          for (const pattern of patterns) pending.acknowledge(pattern, mark);
        },
        () => undefined,
      );
    }
    return false;
  }

  /** Confirmed by the store, applied by the relay, or past mattering: whichever comes first. */
  async #orWait(
    patterns: readonly string[],
    written: CommitPosition,
    freshness: FreshnessGuard,
  ): Promise<boolean> {
    const removal = this.#parts.store.connected ? this.#remove(patterns) : undefined;
    if (removal !== undefined && (await this.#inTime(removal, patterns)) === true) return true;
    const settled = this.#settled(patterns, written, freshness);
    return removal === undefined ? settled : Promise.race([settled, fulfilled(removal)]);
  }

  /** The relay waits for nobody's confirmation; by then, who has not heard of it reads no copies. */
  async #settled(
    patterns: readonly string[],
    written: CommitPosition,
    freshness: FreshnessGuard,
  ): Promise<boolean> {
    const applied = await freshness.waitUntilApplied(written);
    const copiesMs = this.#parts.ackWaitMs(patterns);
    if (copiesMs > 0) await pause(this.#parts.clock, copiesMs);
    return applied;
  }

  #remove(patterns: readonly string[]): Promise<unknown> {
    const removal = Promise.all(patterns.map((pattern) => this.#parts.remove(pattern)));
    removal.catch(() => undefined);
    return removal;
  }

  async #inTime(
    removal: Promise<unknown>,
    patterns: readonly string[],
  ): Promise<true | 'late' | 'failed'> {
    const { clock, counters, limits, ackWaitMs } = this.#parts;
    const confirmMs = ackWaitMs(patterns);
    const budget = this.#parts.budget();
    try {
      // A process that does not confirm says nothing about the store: its time is not charged. Where
      // the store has used up the request's, nobody is waited for.
      const done =
        confirmMs > 0 && !budget.exhausted
          ? await fulfilledWithin(clock, removal, limits.deadlineMs + confirmMs)
          : await budget.charge((ms) => fulfilledWithin(clock, removal, ms));
      return done ? true : 'late';
    } catch (error) {
      if (!(error instanceof CacheUnavailableError)) throw error;
      counters.errors++;
      return 'failed';
    }
  }
}

/** Resolves with `true` when the work is done, and never when it fails. */
function fulfilled(work: Promise<unknown>): Promise<true> {
  return new Promise((resolve) => {
    work.then(
      () => resolve(true),
      () => undefined,
    );
  });
}
