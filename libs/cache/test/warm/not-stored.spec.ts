import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createCache } from '@gad/cache';
import type { CacheWarmer } from '@gad/cache';
import type { Cache } from '@gad/cache/engine';
import { MemoryStore } from '@gad/cache/store';
import { FakeClock } from '@gad/cache/testing';
import { logInto } from '../support/fixtures.js';

describe('Warming of what is not stored', () => {
  let clock: FakeClock;
  let cache: Cache;
  let lines: string[];
  let loads: number[];

  beforeEach(async () => {
    [lines, loads, clock] = [[], [], new FakeClock()];
    cache = createCache(
      { store: new MemoryStore({ clock }) },
      logInto(() => lines),
    );
    await cache.open();
  });
  afterEach(async () => {
    const closing = cache.close();
    await clock.advanceAsync(1);
    await closing;
  });

  /** Warms as many numbers; resolves with how many were done and how many failed. */
  async function warm(
    count: number,
    load: (n: number) => number | null | Promise<number>,
  ): Promise<readonly unknown[]> {
    const warmer: CacheWarmer<number> = {
      name: 'numbers',
      candidates: () => Array.from({ length: count }, (_, n) => n),
      keyOf: (n) => `k:${n}`,
      warm: (n, { getOrSet }) =>
        getOrSet(
          `k:${n}`,
          () => {
            loads.push(n);
            return load(n);
          },
          { ttl: 60 },
        ),
    };
    cache.warming.add(warmer);
    cache.warming.start();
    await clock.advanceAsync(3_000);
    const { results } = await cache.warming.status();
    return results.flatMap(({ warmers }) => warmers.flatMap(({ done, failed }) => [done, failed]));
  }

  it('a candidate whose load was not stored is loaded again, three times at most', async () => {
    let first = true;
    const outcome = await warm(2, async (n) => {
      // The first candidate once, the second always.
      if (n === 1 || first) await cache.invalidate(`k:${n}`);
      if (n === 0) first = false;
      return n;
    });
    expect(outcome).toEqual([1, 1]);
    expect(loads.sort()).toEqual([0, 0, 1, 1, 1]);
    expect(await cache.get('k:0')).toBe(0);
    expect(await cache.get('k:1')).toBeUndefined();
    expect(lines.filter((line) => line.includes('failed (NotStoredError)'))).toHaveLength(1);
  });

  it('a candidate without a value is done, though nothing is stored', async () => {
    expect(await warm(1, () => null)).toEqual([1, 0]);
    expect(loads).toEqual([0]);
  });
});
