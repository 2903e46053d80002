import type { CacheCounters } from '../../cache-counters.js';
import type { CacheLogger } from '../../cache-log.js';
import { logRemoval } from '../../cache-log.js';
import type { KeySelection } from '../../keys/key-selection.js';
import type { NearCache } from '../../near-cache/near-cache.js';
import type { CacheStore } from '../../store/cache-store.js';
import type { WriteOrder } from './write-order.js';

/** Removes from the store and from this process's own copies. Every removal passes through here. */
export class Removals {
  /** @param near absent where this process keeps no copies */
  constructor(
    private readonly store: CacheStore,
    private readonly near: NearCache | undefined,
    private readonly writes: WriteOrder,
    private readonly counters: CacheCounters,
    private readonly logger: CacheLogger,
  ) {}

  /** Whether it is worth trying. */
  get possible(): boolean {
    return this.store.connected;
  }

  /**
   * Removes what is selected, and every write of this process that was asked for before. Returns
   * how many values went. The store is called before this returns, unless such a write is unsent.
   *
   * @throws CacheUnavailableError when it is not known whether it was done
   */
  async remove(selection: KeySelection): Promise<number> {
    const count = await this.replace(selection, async () => {
      const unsent = this.writes.unsent();
      if (unsent !== undefined) await unsent;
      return this.store.remove(selection);
    });
    this.counters.deletes += count;
    logRemoval(this.logger, selection, count);
    return count;
  }

  /** Changes what is selected in the store, and drops own copies before it and after. */
  async replace<T>(selection: KeySelection, change: () => Promise<T>): Promise<T> {
    this.near?.drop(selection);
    try {
      return await change();
    } finally {
      // Once more, for what was read meanwhile.
      this.near?.drop(selection);
    }
  }

  /** For how long other processes may delay these removals, in milliseconds; 0 for most. */
  ackWaitMs(selections: readonly KeySelection[]): number {
    const { coherence } = this.store;
    if (coherence === undefined) return 0;
    return Math.max(...selections.map((selection) => coherence.waitMs(selection)));
  }
}
