import { nearCacheOf, NearReads } from './read/near-reads.js';
import { ReadThrough } from './read/read-through.js';
import { Recorder } from '../observe/recorder.js';
import type { Freshness } from '../outbox/freshness.js';
import { ValueCodec } from '../values/value-codec.js';
import type { EngineParts } from './engine-parts.js';
import { Invalidation } from './invalidate/invalidation.js';
import { Removals } from './invalidate/removals.js';
import type { PendingRemovals } from './invalidate/pending-removals.js';
import { RetryQueue } from './invalidate/retry-queue.js';
import { ShardedRetries } from './invalidate/sharded-retries.js';
import { WriteOrder } from './invalidate/write-order.js';
import { BackgroundTasks } from './load/background-tasks.js';
import type { LoadParts } from './load/load-request.js';
import { Lookup } from './lookup/lookup.js';
import { ReadGate } from './lookup/read-gate.js';
import { StoreGate } from './store-gate.js';

/** What an engine consists of. */
export interface EngineWiring {
  readonly recorder: Recorder;
  readonly writes: WriteOrder;
  readonly removals: Removals;
  readonly pending: PendingRemovals;
  readonly work: BackgroundTasks;
  readonly load: LoadParts;
  readonly near: NearReads;
  readonly reader: ReadThrough;
  readonly invalidations: Invalidation;
  readonly freshness: Freshness | undefined;
}

/** Makes the collaborators of an engine, each from those above it. */
export function wire(parts: EngineParts): EngineWiring {
  const { store, clock, logger, limits, freshness, random = Math.random } = parts;
  const recorder = parts.analytics ?? new Recorder();
  const codec = new ValueCodec({ ...parts.values, maxValueBytes: limits.maxValueBytes });
  const copies = nearCacheOf(parts, codec.parsesJson);
  const writes = new WriteOrder();
  const removals = new Removals(store, copies, writes, recorder, clock, logger);
  const pending = retriesOf(parts, removals);
  const reads = new ReadGate(store, pending, freshness);
  const lookup = new Lookup({ store, reads, clock, random, recorder, logger, codec });
  const work = new BackgroundTasks({ clock, recorder, logger });
  const gate = new StoreGate({
    ...limits,
    queueMs: limits.leaseWaitMs,
    clock,
    asked: () => (store.circuit ?? 'closed') === 'closed',
    time: store.waitClock ?? clock,
    // A store in the process answers at once.
    recorder: store.kind === 'memory' ? undefined : recorder,
  });
  const common = { store, reads, lookup, gate, clock, random, recorder, logger, limits, codec };
  const load: LoadParts = { ...common, closing: work.closing, lost: parts.lost };
  const near = new NearReads(load, copies);
  const reader = new ReadThrough(load, near, work);
  const invalidations = new Invalidation(load, removals, pending, freshness);
  return {
    recorder,
    writes,
    removals,
    pending,
    work,
    load,
    near,
    reader,
    invalidations,
    freshness,
  };
}

/** One queue of pending removals, or one for each shard. */
function retriesOf({ store, clock, logger }: EngineParts, removals: Removals): PendingRemovals {
  const { shards } = store;
  if (shards === undefined) return new RetryQueue(clock, logger, removals);
  const serial = { last: 0 };
  const queues = shards.all.map((shard) => {
    return new RetryQueue(clock, logger, removals.within(shard), serial);
  });
  return new ShardedRetries(shards, queues);
}
