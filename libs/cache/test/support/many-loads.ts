import { afterEach, beforeEach } from '@jest/globals';
import type { CacheEngine, CacheStore } from '@gad/cache/store';
import type { FaultyStore, RecordingStore } from '@gad/cache/testing';
import type { StorePair } from './fixtures.js';
import { twoEngines } from './two-engines.js';

/** Of the test that runs: two processes over one store, and the calls of its batch loader. */
export let stores: CacheStore[];
export let cache: CacheEngine;
export let other: CacheEngine;
export let faults: FaultyStore;
export let storeCalls: RecordingStore;
export let calls: number[][];

export const toKey = (id: number): string => `k:${id}`;

/** A batch loader: ten times each id. */
export const load = (ids: readonly number[]): number[] => {
  calls.push([...ids]);
  return ids.map((id) => id * 10);
};

/** What a source may answer, in a class of its own. */
export class NotFound extends Error {}

/** Gives each test of the block two processes of its own. */
export function useManyLoads(pair: StorePair): void {
  beforeEach(async () => {
    ({ stores, faults, calls: storeCalls, cache, other } = await twoEngines(pair));
    calls = [];
  });
  afterEach(() => Promise.all(stores.map((store) => store.close())));
}
