import { afterEach, beforeEach } from '@jest/globals';
import type { CacheEngine, CacheStore } from '@gad/cache/store';
import type { FakeClock } from '@gad/cache/testing';
import { logInto } from './fixtures.js';
import { CountingSource, manualEngine } from './manual-engine.js';

/** Of the test that runs: a cache over the in-process store, its clock, its log and its source. */
export let cache: CacheEngine;
export let clock: FakeClock;
export let store: CacheStore;
export let lines: string[];
export let source: CountingSource;
export let load: CountingSource['load'];
export let fail: CountingSource['fail'];

/** Lets time pass for the cache of the test that runs. */
export const pass = (ms: number): Promise<void> => clock.advanceAsync(ms);

/** Gives each test of the file a cache, a clock and a source of its own. */
export function useTimedSource(): void {
  beforeEach(() => {
    lines = [];
    ({ cache, clock, store } = manualEngine({ log: logInto(() => lines) }));
    source = new CountingSource();
    ({ load, fail } = source);
  });
  afterEach(() => cache.close());
}
