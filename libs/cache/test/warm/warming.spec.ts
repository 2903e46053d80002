import { beforeEach, describe, expect, it } from '@jest/globals';
import { createCache } from '@gad/cache';
import type { CacheWarmer, WarmContext } from '@gad/cache';
import type { Cache, CacheModuleOptions } from '@gad/cache/engine';
import { MemoryStore } from '@gad/cache/store';
import { FakeClock, settle } from '@gad/cache/testing';
import { deferred, logInto } from '../support/fixtures.js';

describe('Warming', () => {
  let clock: FakeClock;
  let store: MemoryStore;
  let lines: string[];
  let loads: number[];

  beforeEach(() => {
    clock = new FakeClock();
    store = new MemoryStore({ clock });
    [lines, loads] = [[], []];
  });

  /** Its loop ends with a timer. */
  const close = async (cache: Cache): Promise<void> => {
    const closing = cache.close();
    await clock.advanceAsync(1);
    await closing;
  };
  const load = (n: number): number => {
    loads.push(n);
    return n;
  };
  const open = async (options: CacheModuleOptions = {}): Promise<Cache> => {
    const cache = createCache(
      { store, ...options },
      logInto(() => lines),
    );
    await cache.open();
    return cache;
  };
  const warmer = (count: number, more: Partial<CacheWarmer<number>> = {}): CacheWarmer<number> => ({
    name: 'numbers',
    *candidates() {
      for (let n = 0; n < count; n++) yield n;
    },
    keyOf: (n) => `k:${n}`,
    warm: (n, context) => context.getOrSet(`k:${n}`, () => load(n), { ttl: 3_600 }),
    ...more,
  });
  const started = async (
    one: CacheWarmer<number>,
    options: CacheModuleOptions = {},
  ): Promise<Cache> => {
    const cache = await open(options);
    cache.warming.add(one);
    cache.warming.start();
    await settle();
    return cache;
  };
  const results = async (cache: Cache) =>
    (await cache.warming.status()).results.map(({ reason, outcome, warmers }) => [
      reason,
      outcome,
      warmers.map(({ done, skipped, failed }) => [done, skipped, failed]).flat(),
    ]);

  it('a cache that was not warmed is, at most 50 entries a second, and keeps what is there', async () => {
    const cache = await open();
    await cache.set('k:3', 3);
    cache.warming.add(warmer(120));
    cache.warming.start();
    await settle();
    expect(cache.warming.settled).toBe(false);
    await clock.advanceAsync(1_000);
    expect(loads.length).toBeGreaterThan(45);
    expect(loads.length).toBeLessThan(56);
    await clock.advanceAsync(5_000);
    expect(await results(cache)).toEqual([['start', 'done', [119, 1, 0]]]);
    expect(loads.slice(0, 4)).toEqual([0, 1, 2, 4]);
    expect(cache.warming.settled).toBe(true);
    expect(await cache.get('k:119')).toBe(119);
    expect(lines.filter((line) => line.includes('warming'))).toEqual([
      'Cache: warming begins (start): numbers.',
      expect.stringMatching(
        /^Cache: warming ended \(start, done\) after .*numbers 119 loaded, 1 present/,
      ),
    ]);
    await close(cache);
  });

  it('a cache with the mark of having been warmed is not warmed by the next process', async () => {
    const first = await started(warmer(5));
    await clock.advanceAsync(5_000);
    const next = await started(warmer(5));
    await clock.advanceAsync(5_000);
    expect(await results(next)).toHaveLength(1);
    expect(next.warming.settled).toBe(true);
    await close(first);
    await close(next);
  });

  it('of processes that start together one warms', async () => {
    const caches = await Promise.all([1, 2, 3, 4].map(() => started(warmer(40))));
    await clock.advanceAsync(10_000);
    expect(loads).toHaveLength(40);
    expect(lines.filter((line) => line.includes('begins'))).toHaveLength(1);
    for (const cache of caches) await close(cache);
  });

  it('a process that closes leaves its run to another, which goes on', async () => {
    const first = await started(warmer(100));
    await clock.advanceAsync(500);
    const next = await started(warmer(100));
    const closing = first.warming.stop();
    await clock.advanceAsync(10_000);
    await closing;
    expect(new Set(loads).size).toBe(100);
    expect(loads.length).toBeLessThanOrEqual(104);
    const [, , [done, skipped]] = (await results(next))[0] as [string, string, number[]];
    expect((done ?? 0) + (skipped ?? 0)).toBe(100);
    expect(lines.join()).toContain('warming is taken over from process');
    await close(next);
  });

  it('clear warms again, and so does the end of a clear during a run', async () => {
    const cache = await started(warmer(5));
    await clock.advanceAsync(3_000);
    await cache.clear();
    await clock.advanceAsync(3_000);
    expect((await results(cache)).map(([reason]) => reason)).toEqual(['clear', 'start']);
    expect(loads).toHaveLength(10);
    await close(cache);
  });

  it('with warming: false nothing runs by itself, and a run on demand does', async () => {
    const cache = await started(warmer(50), { warming: false });
    await clock.advanceAsync(3_000);
    await cache.clear();
    await clock.advanceAsync(3_000);
    expect(loads).toEqual([]);
    const run = await cache.warming.begin({ limit: 20, rate: 1_000 });
    expect(run).toMatchObject({ reason: 'demand', limit: 20, mostRate: 1_000 });
    expect(await cache.warming.begin()).toBe('running');
    await clock.advanceAsync(3_000);
    expect(await results(cache)).toEqual([['demand', 'done', [20, 0, 0]]]);
    await close(cache);
  });

  it('a run that is too long ends at its deadline', async () => {
    const cache = await started(warmer(1_000), { warming: false });
    await cache.warming.begin({ rate: 2 });
    await clock.advanceAsync(31_000);
    const [[reason, outcome] = []] = await results(cache);
    expect([reason, outcome]).toEqual(['demand', 'deadline']);
    await close(cache);
  });

  it('a run is stopped from anywhere, and says so', async () => {
    const cache = await started(warmer(1_000));
    await clock.advanceAsync(1_000);
    const other = await open();
    expect(await other.warming.abort()).toBe(true);
    await clock.advanceAsync(2_000);
    expect((await results(cache)).map(([, outcome]) => outcome)).toEqual(['aborted']);
    expect(await other.warming.abort()).toBe(false);
    await close(cache);
    await close(other);
  });

  it('stopping ends within a second, whatever a loader does', async () => {
    const never = (_: number, context: WarmContext): Promise<unknown> =>
      context.getOrSet('k:0', () => new Promise<number>(() => undefined), {});
    const cache = await started(warmer(10, { warm: never }));
    let stopped = false;
    void cache.warming.stop().then(() => (stopped = true));
    await clock.advanceAsync(999);
    expect(stopped).toBe(true);
  });

  it('an entry that is invalidated while it is warmed is not stored', async () => {
    const gate = deferred<number>();
    const warm = (_: number, context: WarmContext): Promise<unknown> =>
      context.getOrSet('k:0', () => gate.promise, { ttl: 60 });
    const cache = await started(warmer(1, { warm }));
    await clock.advanceAsync(100);
    await cache.invalidate('k:*');
    gate.resolve(1);
    await clock.advanceAsync(100);
    expect(await cache.get('k:0')).toBeUndefined();
    await close(cache);
  });

  it('nothing is loaded while the source has no room', async () => {
    let full = true;
    const cache = await started(warmer(10, { isSourceFull: () => full }));
    await clock.advanceAsync(3_000);
    expect(loads).toEqual([]);
    full = false;
    await clock.advanceAsync(10_000);
    expect(loads).toHaveLength(10);
    await close(cache);
  });

  it('a candidate that fails counts, is logged once, and holds up no other', async () => {
    const warm = (n: number, context: WarmContext): Promise<unknown> =>
      n % 2 === 0
        ? Promise.reject(new TypeError('secret'))
        : context.getOrSet(`k:${n}`, () => n, {});
    const cache = await started(warmer(10, { warm }));
    await clock.advanceAsync(3_000);
    expect(await results(cache)).toEqual([['start', 'done', [5, 0, 5]]]);
    expect(cache.warming.totals.get('numbers')).toEqual({ done: 5, skipped: 0, failed: 5 });
    const said = lines.filter((line) => line.includes('failed (TypeError)'));
    expect(said).toHaveLength(1);
    expect(lines.join()).not.toContain('secret');
    await close(cache);
  });

  it('a warmer whose candidates cannot be listed fails the run, and does not begin it again and again', async () => {
    const broken = warmer(0, {
      candidates: () => {
        throw new RangeError('no list');
      },
    });
    const cache = await started(broken);
    await clock.advanceAsync(20_000);
    expect(await results(cache)).toEqual([['start', 'failed', [0, 0, 0]]]);
    await close(cache);
  });

  it('unknown warmers, names that are taken and limits out of range are refused', async () => {
    const cache = await open();
    cache.warming.add(warmer(1));
    expect(() => cache.warming.add(warmer(1))).toThrow('distinct');
    expect(() => cache.warming.add({ ...warmer(1), name: 'a b' })).toThrow('name');
    expect(() => cache.warming.add({ name: 'x' } as CacheWarmer)).toThrow(
      'candidates, keyOf, warm',
    );
    await expect(cache.warming.begin({ warmers: ['other'] })).rejects.toThrow('no warmer other');
    await expect(cache.warming.begin({ limit: 0 })).rejects.toThrow('limit');
    await expect(cache.warming.begin({ rate: 1_001 })).rejects.toThrow('rate');
    await close(cache);
  });

  it.each([
    ['a plain value', { ttl: 60 }],
    ['a value with a stale window', { ttl: 60, staleWhileRevalidate: 1 }],
  ])(
    'a frequent key with %s is loaded anew before its end, unless it is invalidated meanwhile',
    async (_what, options) => {
      let version = 1;
      const gates: { resolve: (value: number) => void }[] = [];
      const load = (): number | Promise<number> => {
        if (gates.length === 0) return version;
        const gate = deferred<number>();
        gates.push(gate);
        return gate.promise;
      };
      const ahead = warmer(1, {
        refreshAhead: { ttl: 60, candidateOf: (key) => (key === 'k:0' ? 0 : undefined) },
        warm: (n, context) => context.getOrSet(`k:${n}`, load, options),
      });
      const cache = await started(ahead, { analytics: true });
      const read = async (seconds: number): Promise<void> => {
        for (let n = 0; n < seconds; n++) {
          for (let m = 0; m < 40; m++) await cache.get('k:0');
          await clock.advanceAsync(1_000);
        }
      };
      await read(45);
      version = 2;
      await read(14);
      expect(await cache.get('k:0')).toBe(2);
      gates.push({ resolve: () => undefined });
      await read(55);
      expect(gates.length).toBeGreaterThan(1);
      await cache.invalidate('k:0');
      for (const { resolve } of gates) resolve(3);
      await settle();
      expect(await cache.get('k:0')).toBeUndefined();
      await close(cache);
    },
  );

  it('a key that is seldom read is left to its end', async () => {
    let count = 0;
    const ahead = warmer(1, {
      refreshAhead: { ttl: 60, candidateOf: () => 0 },
      warm: (n, context) => context.getOrSet(`k:${n}`, () => ++count, { ttl: 60 }),
    });
    const cache = await started(ahead, { analytics: true });
    for (let n = 0; n < 58; n++) {
      if (n % 8 === 0) await cache.get('k:0');
      await clock.advanceAsync(1_000);
    }
    expect(count).toBe(1);
    await close(cache);
  });
});
