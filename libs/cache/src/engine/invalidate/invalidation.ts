import { CacheUnavailableError } from '../../cache-errors.js';
import type { Clock } from '../../clock.js';
import { pause, settleWithin } from '../../clock.js';
import type { CommitPosition, Freshness } from '../../outbox/freshness.js';
import type { KeySelection } from '../../keys/key-selection.js';
import type { Because } from '../../observe/journal.js';
import type { Recorder } from '../../observe/recorder.js';
import type { BudgetOwner } from '../request-deadline.js';
import { isBeforeCommit, OpenTransaction } from '../open-transaction.js';
import { currentBudget } from '../request-deadline.js';
import type { RemovalOptions } from '../../store/cache-store.js';
import type { Removals } from './removals.js';
import type { PendingRemovals } from './pending-removals.js';

/** Collaborators of invalidations. */
export interface InvalidationParts extends BudgetOwner {
  readonly clock: Clock;
  readonly recorder: Recorder;
}

/** What the log has of a write. */
type Logged = Pick<RemovalOptions, 'committed' | 'logged'>;

/**
 * Ensures, before a write is acknowledged, that no reader is served the old value. Usually the
 * store confirms the removal within the deadline, and where the barrier applies, processes with
 * copies acknowledge it. If that fails, a write in the invalidation log waits until no process may
 * serve the old value; the removals of any other write go to the retry queue. Inside an announced
 * transaction all this happens after the commit.
 */
export class Invalidation {
  /** @param freshness absent without an invalidation log */
  constructor(
    private readonly parts: InvalidationParts,
    private readonly removals: Removals,
    private readonly pending: PendingRemovals,
    private readonly freshness: Freshness | undefined,
  ) {}

  /** @param isCommitted whether the write is known to be committed, so that marks may say so */
  async run(
    selections: readonly KeySelection[],
    written: CommitPosition | undefined,
    because?: Because,
    isCommitted = !isBeforeCommit(),
  ): Promise<boolean> {
    if (selections.length === 0) return true;
    const transaction = OpenTransaction.current;
    if (transaction !== undefined) {
      transaction.defer(() => this.run(selections, this.#committedNow(written), because, false));
      // Without a mark, as it also runs when the outcome is not known: the commit may still come.
      return false;
    }
    const { freshness } = this;
    const committed = freshness !== undefined && isCommitted ? written?.position : undefined;
    const isLogged = freshness !== undefined && written !== undefined;
    const logged = { logged: isLogged, ...(committed === undefined ? {} : { committed }) };
    if (freshness?.strict !== true || written === undefined) {
      return this.#orEnqueue(selections, logged, because);
    }
    const done = await this.#orWait(selections, written, freshness, logged, because);
    await freshness.commitWait(written, selections);
    return done;
  }

  /** Runs after the commit of the current transaction, if it was announced: see `LogHost`. */
  afterCommit(
    selections: readonly KeySelection[],
    position: string,
    committed: () => void,
  ): boolean {
    const transaction = OpenTransaction.current;
    if (transaction === undefined) return false;
    transaction.defer(() => Promise.resolve(committed()));
    // Deferred likewise.
    void this.run(selections, this.#committedNow({ position }));
    return true;
  }

  /** Whatever the caller knew before the commit, it was not the time of the commit. */
  #committedNow(written: Pick<CommitPosition, 'position'> | undefined): CommitPosition | undefined {
    return written && { position: written.position, committedAt: this.parts.clock.now() };
  }

  /** Confirmed in time, or pending. */
  async #orEnqueue(
    selections: readonly KeySelection[],
    logged: Logged,
    because: Because | undefined,
  ): Promise<boolean> {
    const { pending } = this;
    const version = pending.version();
    const removal = pending.concernsAny(selections)
      ? undefined
      : this.#remove(selections, logged, because);
    const done = removal === undefined ? 'failed' : await this.#inTime(removal, selections);
    if (done === 'done') return true;
    pending.enqueue(selections, version, because);
    // A late confirmation ends the pending state.
    if (done === 'late') void removal?.then(() => pending.acknowledge(selections, version), ignore);
    return false;
  }

  /**
   * Waits until the store confirms, the relay has applied the write, or no process may serve the
   * old value: whichever comes first.
   */
  async #orWait(
    selections: readonly KeySelection[],
    written: CommitPosition,
    freshness: Freshness,
    logged: Logged,
    because: Because | undefined,
  ): Promise<boolean> {
    const removal = this.#remove(selections, logged, because);
    if (removal !== undefined && (await this.#inTime(removal, selections)) === 'done') return true;
    const settled = this.#settled(selections, written, freshness);
    if (removal === undefined) return settled;
    // A removal that fails decides nothing.
    return Promise.race([
      settled,
      removal.then(
        () => true,
        () => settled,
      ),
    ]);
  }

  /**
   * The relay awaits no acknowledgements; after this time a process without messages reads no
   * copies.
   */
  async #settled(
    selections: readonly KeySelection[],
    written: CommitPosition,
    freshness: Freshness,
  ): Promise<boolean> {
    const applied = await freshness.waitUntilApplied(written, selections);
    const copiesMs = this.removals.ackWaitMs(selections);
    if (copiesMs > 0) await pause(this.parts.clock, copiesMs);
    return applied;
  }

  /** Sends the removals, unless the store is unavailable. */
  #remove(
    selections: readonly KeySelection[],
    logged: Logged,
    because: Because | undefined,
  ): Promise<unknown> | undefined {
    if (!this.removals.store.connected) return undefined;
    const all = Promise.all(selections.map((each) => this.removals.remove(each, logged, because)));
    all.catch(ignore);
    return all;
  }

  async #inTime(
    removal: Promise<unknown>,
    selections: readonly KeySelection[],
  ): Promise<'done' | 'late' | 'failed'> {
    const { clock, recorder, limits } = this.parts;
    const ackMs = this.removals.ackWaitMs(selections);
    const budget = currentBudget(this.parts, false);
    // The wait for other processes is not charged to the deadline of the store. If the request's
    // deadline has passed, they are not waited for.
    const awaitsAcks = ackMs > 0 && !budget.exhausted;
    try {
      const withinMs = awaitsAcks ? limits.deadlineMs + ackMs : budget.begin();
      try {
        const end = await settleWithin(clock, removal, withinMs, () => 'late' as const);
        return end === 'late' ? end : 'done';
      } finally {
        if (!awaitsAcks) budget.end(withinMs);
      }
    } catch (error) {
      if (!(error instanceof CacheUnavailableError)) throw error;
      recorder.storeFailed(error.reason);
      return 'failed';
    }
  }
}

const ignore = (): void => undefined;
