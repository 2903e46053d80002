import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CacheEngine, CacheStore } from '@gad/cache';
import { CacheUnavailableError, runWithCacheDeadline } from '@gad/cache';
import type { FakeClock } from '@gad/cache/testing';
import { settle } from '@gad/cache/testing';
import { classifyStaleness } from '../../src/values/staleness.js';
import { seededRandom } from '../../../../verify/support/seeded-random.js';
import { deferred, logInto } from '../support/fixtures.js';
import { manualEngine } from '../support/manual-engine.js';
import { failOnStrays } from '../support/resources.js';

failOnStrays();

let cache: CacheEngine;
let clock: FakeClock;
let store: CacheStore;
let lines: string[];
let loads: number;
let source: number;
const load = (): number => {
  loads++;
  return source;
};
const fail = (): Promise<never> => {
  loads++;
  return Promise.reject(new SourceDown('down'));
};

/** The loader's own class, which callers must see untouched. */
class SourceDown extends Error {}

const pass = (ms: number, on = clock): Promise<void> => on.advanceAsync(ms);

beforeEach(() => {
  lines = [];
  ({ cache, clock, store } = manualEngine({ log: logInto(() => lines) }));
  loads = 0;
  source = 1;
});
afterEach(() => cache.close());

describe('staleWhileRevalidate', () => {
  const options = { ttl: 10, staleWhileRevalidate: 20 };

  it('serves what is fresh without loading, and tells the time left', async () => {
    await cache.getOrSet('k', load, options);
    await pass(4_000);
    const entry = await cache.getOrSetEntry('k', load, options);
    expect(entry).toMatchObject({ value: 1, hit: true, stale: false, ttl: 6 });
    expect(loads).toBe(1);
  });

  it('serves the old value at once while one refresh runs, then the new one', async () => {
    await cache.getOrSet('k', load, options);
    await pass(10_000);
    source = 2;
    const row = deferred<number>();
    const slow = (): Promise<number> => {
      loads++;
      return row.promise;
    };
    const reads = await Promise.all(
      Array.from({ length: 20 }, () => cache.getOrSetEntry('k', slow, options)),
    );
    expect(reads.every(({ value, stale, ttl }) => value === 1 && stale && ttl === 0)).toBe(true);
    await settle();
    expect(loads).toBe(2);
    expect(cache.counts()).toMatchObject({ background: 1, stale_hits: 20 });
    row.resolve(2);
    await settle();
    const entry = await cache.getOrSetEntry('k', load, options);
    expect(entry).toMatchObject({ value: 2, stale: false, ttl: 10 });
    expect(loads).toBe(2);
    expect(cache.counts()).toMatchObject({ background: 0, refreshes: 1 });
  });

  it('ends: behind it the loader answers', async () => {
    await cache.getOrSet('k', load, options);
    await pass(30_000);
    source = 2;
    expect(await cache.getOrSetEntry('k', load, options)).toMatchObject({ value: 2, hit: false });
  });

  it('ends with an invalidation at once', async () => {
    await cache.getOrSet('k', load, options);
    await pass(15_000);
    source = 2;
    expect(await cache.delete('k')).toBe(1);
    expect(await cache.getOrSet('k', load, options)).toBe(2);
  });

  it("is each reader's own: without it, or for get, the value ends with its ttl", async () => {
    await cache.getOrSet('k', load, options);
    expect(await cache.get('k')).toBe(1);
    await pass(10_000);
    expect(await cache.get('k')).toBeUndefined();
    expect(await cache.getMany(['k'])).toEqual([undefined]);
    source = 2;
    expect(await cache.getOrSet('k', load, { ttl: 10 })).toBe(2);
    expect(loads).toBe(2);
  });

  it('lets who fills by hand replace a value that is only held', async () => {
    await cache.getOrSet('k', load, options);
    expect(await cache.acquireLease('k')).toBeUndefined();
    await pass(10_000);
    const token = await cache.acquireLease('k');
    expect(await cache.set('k', 5, { token })).toBe(true);
    expect(await cache.get('k')).toBe(5);
  });

  it('does not refresh within the used-up budget of the request that was served', async () => {
    await cache.getOrSet('k', load, options);
    await pass(10_000);
    source = 2;
    await runWithCacheDeadline(async () => {
      const read = cache.getOrSet('k', load, options);
      await clock.stall(60);
      expect(await read).toBe(1);
    });
    await settle();
    expect(await cache.get('k')).toBe(2);
  });

  it('leaves the value alone when the refresh yields undefined or skips storing', async () => {
    await cache.getOrSet<number | undefined>('k', load, options);
    await pass(10_000);
    await cache.getOrSet<number | undefined>('k', () => undefined, options);
    await settle();
    expect(await cache.getOrSet('k', (context) => (context.skipStore(), 7), options)).toBe(1);
    await settle();
    expect(await cache.getOrSetEntry('k', load, options)).toMatchObject({ value: 1, stale: true });
  });
});

describe('A refresh that fails', () => {
  const options = { ttl: 10, staleWhileRevalidate: 60 };

  it('is nobody’s rejection, is counted, and is logged once per class of keys', async () => {
    await cache.getOrSet('a:1', load, options);
    await cache.getOrSet('a:2', load, options);
    await pass(10_000);
    await cache.getOrSet('a:1', fail, options);
    await cache.getOrSet('a:2', fail, options);
    await settle();
    expect(cache.counts()).toMatchObject({ refresh_errors: 2, load_errors: 2, background: 0 });
    expect(lines).toEqual(['Cache: refreshing a, such as a:1, failed: down']);
    await pass(2_000);
    await cache.getOrSet('a:1', load, options);
    await settle();
    expect(lines.at(-1)).toBe('Cache: refreshing a works again.');
  });

  it('leaves the source alone for two seconds', async () => {
    await cache.getOrSet('k', load, options);
    await pass(10_000);
    for (let n = 0; n < 19; n++) {
      expect(await cache.getOrSet('k', fail, options)).toBe(1);
      await pass(100);
    }
    expect(loads).toBe(2);
    await pass(200);
    await cache.getOrSet('k', fail, options);
    await settle();
    expect(loads).toBe(3);
  });
});

describe('staleIfError', () => {
  const options = { ttl: 10, staleIfError: 60 };

  it('serves the old value when the loader fails, and asks the loader first', async () => {
    await cache.getOrSet('k', load, options);
    await pass(10_000);
    const entry = await cache.getOrSetEntry('k', fail, options);
    expect(entry).toMatchObject({ value: 1, hit: true, stale: true, ttl: 0 });
    expect(loads).toBe(2);
    await pass(2_000);
    source = 2;
    expect(await cache.getOrSet('k', load, options)).toBe(2);
  });

  it('spares a failing source for two seconds, but asks it for readers without the option', async () => {
    await cache.getOrSet('k', load, options);
    await pass(10_000);
    await cache.getOrSet('k', fail, options);
    expect(await cache.getOrSet('k', load, options)).toBe(1);
    expect(loads).toBe(2);
    source = 3;
    expect(await cache.getOrSet('k', load, { ttl: 10 })).toBe(3);
    expect(await cache.get('k')).toBe(3);
  });

  it('throws the error of the loader untouched where there is nothing to serve', async () => {
    await expect(cache.getOrSet('k', fail, options)).rejects.toBeInstanceOf(SourceDown);
    await cache.getOrSet('k', load, options);
    await pass(70_000);
    await expect(cache.getOrSet('k', fail, options)).rejects.toBeInstanceOf(SourceDown);
    await cache.getOrSet('j', load, options);
    await pass(20_000);
    await expect(cache.getOrSet('j', fail, { ttl: 10 })).rejects.toBeInstanceOf(SourceDown);
  });

  it('serves nothing that was invalidated while the loader failed', async () => {
    await cache.getOrSet('k', load, options);
    await pass(10_000);
    const row = deferred<number>();
    const read = cache.getOrSet('k', () => row.promise, options);
    await settle();
    await cache.delete('k');
    row.reject(new SourceDown('down'));
    await expect(read).rejects.toBeInstanceOf(SourceDown);
  });

  it('serves all who waited for the load that failed', async () => {
    await cache.getOrSet('k', load, options);
    await pass(10_000);
    const row = deferred<number>();
    const reads = Promise.all(
      Array.from({ length: 10 }, () => cache.getOrSet('k', () => row.promise, options)),
    );
    await settle();
    row.reject(new SourceDown('down'));
    expect(await reads).toEqual(Array.from({ length: 10 }, () => 1));
    expect(cache.counts().load_errors).toBe(1);
  });

  it('has nothing to serve while the store is away', async () => {
    await cache.getOrSet('k', load, options);
    await pass(10_000);
    const away = (): Promise<never> => Promise.reject(new CacheUnavailableError('offline', 'away'));
    Object.assign(store, { readTimed: away, acquire: away, acquireRefresh: away });
    await expect(cache.getOrSet('k', fail, options)).rejects.toBeInstanceOf(SourceDown);
  });
});

describe('negativeTtl', () => {
  it('is the whole life of null, without a stale time', async () => {
    const options = { ttl: 100, negativeTtl: 5, staleWhileRevalidate: 50, jitter: 0 };
    await cache.getOrSet<number | null>('k', () => null, options);
    const entry = await cache.getOrSetEntry<number | null>('k', load, options);
    expect(entry).toMatchObject({ value: null, ttl: 5 });
    await pass(5_000);
    expect(await store.read('k', 50)).toBeUndefined();
    expect(await cache.getOrSet<number | null>('k', load, options)).toBe(1);
  });

  it('of 0 means that null is not stored; other values are', async () => {
    const none = await cache.getOrSetEntry('k', () => null, { ttl: 9, negativeTtl: 0 });
    expect(none).toMatchObject({ value: null, stored: false, ttl: 0 });
    expect(await store.read('k', 50)).toBeUndefined();
    const some = await cache.getOrSetEntry('k', load, { ttl: 9, negativeTtl: 0 });
    expect(some).toMatchObject({ stored: true });
  });
});

describe('earlyRefresh', () => {
  function share(leftMs: number, loadMs: number, earlyRefresh: true | number): number {
    const random = seededRandom(7);
    const age = { ttlMs: leftMs, terms: { staleMs: 0, loadMs } };
    const rounds = 20_000;
    let early = 0;
    for (let n = 0; n < rounds; n++) {
      if (classifyStaleness(age, { earlyRefresh }, random) === 'early') early++;
    }
    return early / rounds;
  }

  it('comes with probability e^(−left / (load · eagerness))', () => {
    expect(Math.abs(share(500, 500, true) - Math.exp(-1))).toBeLessThan(0.01);
    expect(Math.abs(share(1_000, 500, true) - Math.exp(-2))).toBeLessThan(0.01);
    expect(Math.abs(share(1_000, 500, 2) - Math.exp(-1))).toBeLessThan(0.01);
    expect(share(60_000, 500, true)).toBe(0);
  });

  it('serves the fresh value meanwhile, with what is left of its ttl', async () => {
    const made = manualEngine({ random: () => 0.999_999 });
    const options = { ttl: 10, earlyRefresh: true } as const;
    const slow = async (): Promise<number> => {
      await new Promise<void>((resolve) => made.clock.after(100, resolve));
      return 1;
    };
    const first = made.cache.getOrSet('k', slow, options);
    await settle();
    await pass(100, made.clock);
    await first;
    await pass(9_000, made.clock);
    const entry = await made.cache.getOrSetEntry('k', () => 2, options);
    expect(entry).toMatchObject({ value: 1, stale: false, ttl: 1 });
    await settle();
    expect(await made.cache.getOrSetEntry('k', () => 3, { ttl: 10 })).toMatchObject({ value: 2 });
  });
});
