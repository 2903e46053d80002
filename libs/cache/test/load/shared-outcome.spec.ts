import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CacheEngine, CacheStore } from '@gad/cache/store';
import type { FaultyStore } from '@gad/cache/testing';
import { deferred, until } from '../support/fixtures.js';
import { storePairs } from '../support/store-pairs.js';
import { twoEngines } from '../support/two-engines.js';

const { pairs } = storePairs();

describe.each(pairs)('The shared outcome of a load, on the %s:', (_, pair) => {
  let stores: CacheStore[];
  let faults: FaultyStore;
  let cache: CacheEngine;
  let other: CacheEngine;
  let source: number;
  let loads: number;
  const load = (): number => {
    loads++;
    return source;
  };

  beforeEach(async () => {
    ({ stores, faults, cache, other } = await twoEngines(pair));
    source = 1;
    loads = 0;
  });
  afterEach(() => Promise.all(stores.map((store) => store.close())));

  it('fifty callers at once run one loader and each get their own copy', async () => {
    const row = deferred<{ n: number[] }>();
    const results = Promise.all(
      Array.from({ length: 50 }, () =>
        cache.getOrSet('k', () => {
          loads++;
          return row.promise;
        }),
      ),
    );
    await until(() => cache.counts().joins === 49 && loads === 1);
    row.resolve({ n: [1] });
    const values = await results;
    expect(loads).toBe(1);
    values[0]?.n.push(2);
    expect(values[1]).toEqual({ n: [1] });
    expect(cache.counts()).toMatchObject({ loads: 1, joins: 49, sets: 1, loading: 0 });
  });

  it('callers that share another process’s value each get their own copy', async () => {
    const row = deferred<{ n: number[] }>();
    const theirs = other.getOrSet('k', () => row.promise);
    await until(() => other.counts().loads === 1);
    const both = Promise.all([1, 2].map(() => cache.getOrSet('k', () => row.promise)));
    await until(() => cache.counts().joins === 1 && cache.counts().waits > 0);
    row.resolve({ n: [1] });
    const [first, second] = await both;
    first?.n.push(2);
    expect(second).toEqual({ n: [1] });
    expect(await theirs).toEqual({ n: [1] });
    expect(cache.counts().loads).toBe(0);
  });

  it('a value that is invalidated during its load is not stored', async () => {
    const row = deferred<number>();
    const slow = cache.getOrSet('k', () => row.promise, { ttl: 60 });
    await until(() => cache.counts().loads === 1);
    expect(await other.deletePattern('k*')).toBe(0);
    row.resolve(1);
    expect(await slow).toBe(1);
    expect(await other.get('k')).toBeUndefined();
    expect(cache.counts().refused_fills).toBe(1);
  });

  it('a caller that came after an invalidation does not get what was loaded before it', async () => {
    const row = deferred<number>();
    const early = cache.getOrSet('k', () => row.promise);
    await until(() => cache.counts().loads === 1);
    source = 2;
    await other.delete('k');
    const late = cache.getOrSet('k', load);
    await until(() => cache.counts().joins === 1);
    row.resolve(1);
    expect(await early).toBe(1);
    expect(await late).toBe(2);
    expect(await other.get('k')).toBe(2);
  });

  it('a caller that came while an accepted fill was in flight reads the store itself', async () => {
    const filled = faults.holdReply('fill');
    const early = cache.getOrSet('k', load);
    await filled.arrived;
    source = 2;
    expect(await other.delete('k')).toBe(1);
    const late = cache.getOrSet('k', load);
    // Its read finds nothing, the door of the flight is closed: it reads again, then queues.
    await until(() => cache.counts().joins === 1);
    filled.release();
    expect(await early).toBe(1);
    expect(await late).toBe(2);
  });

  it('a caller that came after another process was read from does not share that read', async () => {
    // The other process fills while ours waits; our read of the value is on its way when the key
    // is invalidated and a second caller comes.
    const row = deferred<number>();
    const theirs = other.getOrSet('k', () => row.promise);
    await until(() => other.counts().loads === 1);
    const early = cache.getOrSet('k', load);
    await until(() => cache.counts().waits === 1);
    const held = faults.holdReply('read');
    row.resolve(1);
    await theirs;
    await held.arrived;
    source = 2;
    await other.delete('k');
    const late = cache.getOrSet('k', load);
    await until(() => cache.counts().joins === 1);
    held.release();
    expect(await early).toBe(1);
    expect(await late).toBe(2);
  });

  it('an error is shared with callers from before the invalidation only', async () => {
    const row = deferred<number>();
    const acquired = faults.hold('acquire');
    const early = cache.getOrSet('k', () => row.promise);
    await acquired.arrived;
    const before = cache.getOrSet('k', load);
    await until(() => cache.counts().joins === 1);
    acquired.release();
    await until(() => cache.counts().loads === 1);
    await other.delete('k');
    const late = cache.getOrSet('k', load);
    await until(() => cache.counts().joins === 2);
    const failure = new RangeError('no such row');
    row.reject(failure);
    await expect(early).rejects.toBe(failure);
    await expect(before).rejects.toBe(failure);
    expect(await late).toBe(1);
    expect(loads).toBe(1);
  });

  it('an error without an invalidation is shared by all, and the next caller loads', async () => {
    const row = deferred<number>();
    const failure = new RangeError('no such row');
    const callers = [1, 2, 3].map(() => cache.getOrSet('k', () => row.promise));
    await until(() => cache.counts().joins === 2);
    row.reject(failure);
    for (const caller of callers) await expect(caller).rejects.toBe(failure);
    expect(await cache.getOrSet('k', load)).toBe(1);
    expect(loads).toBe(1);
  });

  it('a failed loader releases its lease to another process at once', async () => {
    const row = deferred<number>();
    const failing = cache.getOrSet('k', () => row.promise);
    await until(() => cache.counts().loads === 1);
    const waiting = other.getOrSet('k', load);
    await until(() => other.counts().waits === 1);
    expect(loads).toBe(0);
    row.reject(new Error('unavailable'));
    await expect(failing).rejects.toThrow('unavailable');
    expect(await waiting).toBe(1);
  });

  it('null is confirmed, cached and shared like any value', async () => {
    const row = deferred<null>();
    const early = cache.getOrSet('k', () => row.promise, { negativeTtl: 5 });
    const joined = cache.getOrSetEntry('k', () => row.promise, { negativeTtl: 5 });
    await until(() => cache.counts().joins === 1);
    row.resolve(null);
    expect(await early).toBeNull();
    expect(await joined).toMatchObject({ value: null, stored: true, ttl: 5, hit: false });
    expect(await cache.get('k')).toBeNull();
  });

  it('undefined is returned and not cached, and the lease is released', async () => {
    expect(await cache.getOrSet('k', () => undefined)).toBeUndefined();
    expect(await other.getOrSet('k', load)).toBe(1);
    expect(loads).toBe(1);
  });

  it('readers in another process get the value, not a second load', async () => {
    const row = deferred<number>();
    const first = cache.getOrSet('k', () => row.promise, { ttl: 60 });
    await until(() => cache.counts().loads === 1);
    const second = other.getOrSetEntry('k', load, { ttl: 60 });
    await until(() => other.counts().waits === 1);
    row.resolve(7);
    expect(await first).toBe(7);
    expect(await second).toMatchObject({ value: 7, hit: true, ttl: 60 });
    expect(loads).toBe(0);
  });
});
