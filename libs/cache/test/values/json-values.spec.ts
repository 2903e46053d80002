import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CacheEngine, CacheLogger, CacheStore } from '@gad/cache/store';
import { CacheOptionsError } from '@gad/cache';
import { engineOver } from '../support/fixtures.js';
import { storePairs } from '../support/store-pairs.js';

const { pairs } = storePairs();

describe.each(pairs)('Values, on the %s:', (_, pair) => {
  let stores: CacheStore[];
  let cache: CacheEngine;
  let warnings: string[];

  beforeEach(async () => {
    stores = await pair();
    warnings = [];
    const log: CacheLogger = { notice: () => undefined, warn: (line) => void warnings.push(line) };
    const [store] = stores;
    if (store === undefined) throw new Error('no store');
    cache = engineOver(store, {}, log);
  });
  afterEach(() => Promise.all(stores.map((store) => store.close())));

  it.each([null, 0, '', false, [], {}, 'null', -1.5, [null]])(
    'the value %j is stored, hit and distinguished from a miss',
    async (value) => {
      expect(await cache.getOrSet('k', () => value)).toEqual(value);
      const hit = await cache.getOrSetEntry('k', () => 'another');
      expect(hit).toMatchObject({ value, hit: true });
      expect(await cache.get('k')).toEqual(value);
    },
  );

  it('a miss returns what the next hit returns', async () => {
    let n = 0;
    const anything = fc.anything({
      withDate: true,
      withMap: true,
      withSet: true,
      withNullPrototype: true,
      withSparseArray: true,
      withTypedArray: true,
    });
    await fc.assert(
      fc.asyncProperty(anything, async (value) => {
        const key = `k:${n++}`;
        const miss = await cache.getOrSet(key, () => value);
        if (miss === undefined) return;
        const entry = await cache.getOrSetEntry<unknown>(key, () => 'not stored');
        if (entry.hit) expect(entry.value).toStrictEqual(miss);
      }),
      { numRuns: 300 },
    );
  });

  it('a Date, NaN, a Map and nested undefined are on a miss what JSON makes of them', async () => {
    const made = { at: new Date(0), nan: NaN, map: new Map([[1, 2]]), gone: undefined, zero: -0 };
    const miss = await cache.getOrSet<unknown>('k', () => made);
    expect(miss).toStrictEqual({ at: '1970-01-01T00:00:00.000Z', nan: null, map: {}, zero: 0 });
    expect(await cache.get('k')).toStrictEqual(miss);
  });

  it('a value that JSON cannot hold is returned uncached with a warning', async () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    const bad = [10n, cycle, { toJSON: () => JSON.parse('{') as unknown }];
    for (const value of bad) {
      expect(await cache.getOrSet<unknown>('k', () => value)).toBe(value);
      expect(await cache.get('k')).toBeUndefined();
      expect(await cache.set('k', value)).toBe(false);
    }
    expect(warnings).toHaveLength(6);
  });

  it('an own __proto__ key survives and pollutes nothing', async () => {
    const hostile: unknown = JSON.parse('{"__proto__":{"admin":true},"a":1}');
    await cache.set('k', hostile);
    const value = await cache.get('k');
    expect(JSON.stringify(value)).toBe('{"__proto__":{"admin":true},"a":1}');
    expect(Reflect.get({}, 'admin')).toBeUndefined();
  });

  it('a value that is too large is returned but not stored', async () => {
    const large = 'x'.repeat(1_048_576);
    expect(await cache.getOrSetEntry('k', () => large)).toMatchObject({
      value: large,
      stored: false,
      ttl: 0,
    });
    expect(await cache.get('k')).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining('bytes, not stored')]);
  });

  it('a stored text that is no JSON is a miss, and is replaced by the next load', async () => {
    await stores[0]?.write('k', '{broken', undefined, 1_000);
    expect(await cache.getOrSet('k', () => 1)).toBe(1);
    expect(await cache.get('k')).toBe(1);
    expect(cache.counts().corrupt).toBe(1);
  });

  it('the caller gets the very error that the loader threw', async () => {
    class NotFoundException extends Error {}
    const error = new NotFoundException('usuario 9');
    const load = (): never => {
      throw error;
    };
    await expect(cache.getOrSet('k', load)).rejects.toBe(error);
    expect(cache.counts()).toMatchObject({ loads: 1, load_errors: 1 });
  });

  it('a value is kept for its ttl, shortened by jitter and never lengthened', async () => {
    const entry = await cache.getOrSetEntry('k', () => 1, { ttl: 300 });
    expect(entry).toEqual({
      key: 'gad:k',
      value: 1,
      hit: false,
      stored: true,
      stale: false,
      ttl: 300,
    });
    const hit = await cache.getOrSetEntry('k', () => 1, { ttl: 300 });
    expect(hit.hit).toBe(true);
    expect(hit.ttl).toBeGreaterThan(290);
    expect(hit.ttl).toBeLessThanOrEqual(300);
    const ttls = new Set<number | null>();
    for (let n = 0; n < 20; n++) {
      const { ttl } = await cache.getOrSetEntry(`j:${n}`, () => 1, { ttl: 1_000, jitter: 0.5 });
      expect(ttl).toBeGreaterThanOrEqual(500);
      expect(ttl).toBeLessThanOrEqual(1_000);
      ttls.add(ttl);
    }
    expect(ttls.size).toBeGreaterThan(5);
    expect(await cache.getOrSetEntry('n', () => 1)).toMatchObject({ ttl: null });
  });

  it.each([0, -1, NaN, Infinity, 1e12])('a ttl of %d is refused with a sentence', async (ttl) => {
    await expect(cache.set('k', 1, { ttl })).rejects.toThrow(CacheOptionsError);
    await expect(cache.getOrSet('k', () => 1, { ttl })).rejects.toThrow(/ttl must be/);
    await expect(cache.getOrSet('k', () => 1, { jitter: 2 })).rejects.toThrow(/jitter/);
  });

  it('a fill with a token is stored only while nothing was invalidated', async () => {
    const token = await cache.acquireLease('k');
    expect(token?.key).toBe('k');
    expect(await cache.acquireLease('k')).toBeUndefined();
    expect(await cache.set('k', 1, { token, ttl: 60 })).toBe(true);
    expect(await cache.acquireLease('k')).toBeUndefined();
    await cache.delete('k');
    const second = await cache.acquireLease('k');
    await cache.deletePattern('*');
    expect(await cache.set('k', 'old', { token: second })).toBe(false);
    expect(await cache.set('k', 'old', { token: undefined })).toBe(false);
    expect(await cache.get('k')).toBeUndefined();
    await expect(cache.set('other', 1, { token: second })).rejects.toThrow(/belongs to k/);
  });
});
