import type { CacheLogger } from '../../cache-log.js';
import { logRemoval } from '../../cache-log.js';
import type { Clock } from '../../clock.js';
import type { KeySelection } from '../../keys/key-selection.js';
import type { NearCache } from '../../near-cache/near-cache.js';
import type { Because } from '../../observe/journal.js';
import type { Recorder } from '../../observe/recorder.js';
import type { CacheStore, RemovalOptions } from '../../store/cache-store.js';
import { WarnOnce } from '../../episodes.js';
import { isBeforeCommit } from '../open-transaction.js';
import type { WriteOrder } from './write-order.js';

const BEFORE_COMMIT =
  'Cache: a removal ran before the commit of the open transaction, so a reader may store the old value again; announce the transactions (invalidateAfterCommit of @gad/cache/transactions) and use invalidate or @CacheInvalidate.';

/** Removes from the store and from this process's near cache. Every removal passes through here. */
export class Removals {
  readonly #early: WarnOnce;

  /** @param near absent without a near cache */
  constructor(
    readonly store: CacheStore,
    private readonly near: NearCache | undefined,
    private readonly writes: WriteOrder,
    private readonly recorder: Recorder,
    private readonly clock: Clock,
    private readonly logger: CacheLogger,
  ) {
    this.#early = new WarnOnce((message) => logger.warn(message));
  }

  /**
   * Removes the selection, after all earlier writes of this process. Resolves with the number of
   * removed values. The store is called before this returns, unless an earlier write is unsent.
   *
   * @param logged what the invalidation log has of the write; absent for a removal that it lacks
   * @param because why, for the journal
   * @throws CacheUnavailableError when the removal is not confirmed
   */
  async remove(
    selection: KeySelection,
    logged: Pick<RemovalOptions, 'committed' | 'logged'> = {},
    because?: Because,
  ): Promise<number> {
    const begin = this.clock.now();
    if (isBeforeCommit()) this.#early.warn('early', BEFORE_COMMIT);
    const { store, writes } = this;
    const unsent = writes.unsent();
    const cause = because?.kind ?? (selection.kind === 'all' ? 'clear' : 'code');
    const sent =
      unsent === undefined
        ? store.remove(selection, logged)
        : unsent.then(() => store.remove(selection, logged));
    const count = await this.dropCopies(selection, sent).catch((error: unknown) => {
      this.recorder.removalFailed(cause);
      throw error;
    });
    const ms = this.clock.now() - begin;
    this.recorder.removed({ selection, count, ms, cause, because });
    logRemoval(this.logger, selection, count);
    return count;
  }

  /** The same removals, from one shard alone. */
  within(shard: CacheStore): Removals {
    const { near, writes, recorder, clock, logger } = this;
    return new Removals(shard, near, writes, recorder, clock, logger);
  }

  /** Drops local copies when a change of selected keys was just sent, and when it is answered. */
  async dropCopies<T>(selection: KeySelection, change: Promise<T>): Promise<T> {
    this.near?.drop(selection);
    try {
      return await change;
    } finally {
      // Again, for copies that were read meanwhile.
      this.near?.drop(selection);
    }
  }

  /**
   * For how many milliseconds acknowledgements of other processes may delay these removals; usually
   * 0.
   */
  ackWaitMs(selections: readonly KeySelection[]): number {
    const { coherence } = this.store;
    if (coherence === undefined) return 0;
    return Math.max(...selections.map((selection) => coherence.waitMs(selection)));
  }
}
