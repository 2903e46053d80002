import type { CacheLogger, CacheStore } from '@gad/cache/store';
import { CacheEngine, MemoryStore, silentLog } from '@gad/cache/store';
import { FakeClock } from '@gad/cache/testing';

/** An engine over the in-process store, on a clock that a test moves. */
export function manualEngine({
  log: logger = silentLog,
  random = () => 0,
  store,
  clock = new FakeClock(),
}: {
  log?: CacheLogger;
  random?: () => number;
  store?: CacheStore;
  clock?: FakeClock;
} = {}): { cache: CacheEngine; clock: FakeClock; store: CacheStore } {
  const used = store ?? new MemoryStore({ clock });
  const limits = { deadlineMs: 50, leaseMs: 2_000, leaseWaitMs: 5_000, maxValueBytes: 1_048_576 };
  const cache = new CacheEngine({ store: used, prefix: 'gad:', limits, clock, logger, random });
  return { cache, clock, store: used };
}

/** The loader's own class, which callers must see untouched. */
export class SourceDown extends Error {}

/** A source that counts its loads, and that a loader may find unavailable. */
export class CountingSource {
  loads = 0;
  value = 1;

  readonly load = (): number => {
    this.loads++;
    return this.value;
  };

  readonly fail = (): Promise<never> => {
    this.loads++;
    return Promise.reject(new SourceDown('down'));
  };
}
