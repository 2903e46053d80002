import type { CacheEngine, CacheStore } from '@gad/cache/store';
import { FakeClock, FaultyStore, RecordingStore } from '@gad/cache/testing';
import type { StorePair } from './fixtures.js';
import { engineOver } from './fixtures.js';

/** Two processes over the same data; the calls of the first one's store can be held, and are noted. */
export interface TwoEngines {
  readonly stores: CacheStore[];
  readonly faults: FaultyStore;
  readonly calls: RecordingStore;
  readonly cache: CacheEngine;
  readonly other: CacheEngine;
}

export async function twoEngines(pair: StorePair): Promise<TwoEngines> {
  const [mine, theirs] = await pair();
  const faults = holdable(mine);
  const calls = new RecordingStore(faults);
  const [cache, other] = [engineOver(calls), engineOver(theirs)];
  return { stores: [mine, theirs], faults, calls, cache, other };
}

/** A store whose calls can be held: they wait for the test, never for a deadline. */
export function holdable(store: CacheStore): FaultyStore {
  return new FaultyStore(store, { clock: new FakeClock() });
}
