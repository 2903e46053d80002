import type { KeySelection } from '../../keys/key-selection.js';
import type { Because } from '../../observe/journal.js';
import type { Shards } from '../../store/cache-store.js';
import type { PendingRemovals } from './pending-removals.js';
import type { RetryQueue } from './retry-queue.js';

/**
 * A retry queue for each shard: what one has not confirmed makes reads of its keys bypass the store,
 * and no others. A removal that several shards may have to make waits in the queue of each.
 */
export class ShardedRetries implements PendingRemovals {
  constructor(
    private readonly shards: Shards,
    private readonly queues: readonly RetryQueue[],
  ) {}

  get size(): number {
    return this.queues.reduce((sum, { size }) => sum + size, 0);
  }

  concerns(key: string): boolean {
    return this.queues[this.shards.of(key)]?.concerns() === true;
  }

  concernsAny(selections: readonly KeySelection[]): boolean {
    return this.#divided(selections).some(([queue]) => queue.concerns());
  }

  version(): number {
    return this.queues[0]?.version() ?? 0;
  }

  enqueue(selections: readonly KeySelection[], version: number, because?: Because): void {
    for (const [queue, own] of this.#divided(selections)) queue.enqueue(own, version, because);
  }

  acknowledge(selections: readonly KeySelection[], version: number): void {
    for (const [queue, own] of this.#divided(selections)) queue.acknowledge(own, version);
  }

  async close(): Promise<number> {
    const undone = await Promise.all(this.queues.map((queue) => queue.close()));
    return undone.reduce((sum, each) => sum + each, 0);
  }

  /** Each queue with the selections that concern its shard. */
  #divided(
    selections: readonly KeySelection[],
  ): readonly (readonly [RetryQueue, KeySelection[]])[] {
    const divided = new Map<RetryQueue, KeySelection[]>();
    for (const selection of selections) {
      for (const shard of this.shards.touchedBy(selection)) {
        const queue = this.queues[shard];
        if (queue === undefined) continue;
        const own = divided.get(queue);
        if (own === undefined) divided.set(queue, [selection]);
        else own.push(selection);
      }
    }
    return [...divided];
  }
}
