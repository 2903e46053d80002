import { describe, expect, it } from '@jest/globals';
import type { CacheStore } from '@gad/cache/store';
import { CacheKeyInvalidError, CacheOptionsError, CacheUnavailableError } from '@gad/cache';
import { setMany } from '../../src/engine/read/get-or-set-many.js';
import { onBothStores } from '../support/both-stores.js';
import { engineOver } from '../support/fixtures.js';
import { storePairs } from '../support/store-pairs.js';
import {
  cache,
  calls,
  load,
  NotFound,
  other,
  storeCalls,
  stores,
  toKey,
  useManyLoads,
} from '../support/many-loads.js';
import { failOnLeaks } from '../support/resources.js';

failOnLeaks();

const { pairs } = storePairs();

describe.each(pairs)('Many keys, on the %s:', (_, pair) => {
  useManyLoads(pair);

  it('missing values are loaded with one call, in the order of the ids, duplicates once', async () => {
    await cache.set('k:2', 'two');
    const values = await cache.getOrSetMany<number, unknown>([3, 2, 1, 3, 2], toKey, load);
    expect(values).toEqual([30, 'two', 10, 30, 'two']);
    expect(calls).toEqual([[3, 1]]);
    expect(await other.getMany(['k:1', 'k:2', 'k:3'])).toEqual([10, 'two', 30]);
    expect(await cache.getOrSetMany([1, 2, 3], toKey, load)).toEqual([10, 'two', 30]);
    expect(calls).toHaveLength(1);
    expect(cache.counts()).toMatchObject({ hits: 4, misses: 2, loads: 2, sets: 3, loading: 0 });
  });

  it('no ids make no call of the loader or the store', async () => {
    expect(await cache.getOrSetMany([], toKey, load)).toEqual([]);
    expect(await cache.getMany([])).toEqual([]);
    expect(await setMany([], () => Promise.resolve(true))).toEqual([]);
    expect([calls, storeCalls.all]).toEqual([[], []]);
  });

  it('of undefined, null, 0, false and "" only undefined is not stored', async () => {
    const made = new Map<number, unknown>([
      [1, null],
      [2, 0],
      [3, false],
      [4, ''],
    ]);
    const found = await cache.getOrSetMany<number, unknown>([1, 2, 3, 4, 5], toKey, () => made, {
      ttl: 60,
      negativeTtl: 5,
    });
    expect(found).toEqual([null, 0, false, '', undefined]);
    expect(await cache.getMany([1, 2, 3, 4, 5].map(toKey))).toEqual(found);
    const terms = await Promise.all(
      stores.map((store) => store.readWithLife('k:1', 'approximate', 1_000)),
    );
    for (const one of terms) expect(one?.ttlMs).toBeLessThanOrEqual(5_000);
    // The lease of the one without a value was handed back.
    expect(await other.getOrSet('k:5', () => 'loaded at once')).toBe('loaded at once');
  });

  it('a loaded value is returned as its next hit will be', async () => {
    const made = [{ at: new Date(0), n: NaN }];
    const miss = await cache.getOrSetMany<number, unknown>([1], toKey, () => made);
    expect(miss).toStrictEqual([{ at: '1970-01-01T00:00:00.000Z', n: null }]);
    expect(await cache.getMany(['k:1'])).toStrictEqual(miss);
  });

  it('the error of one id stands in its place, and the other values are stored', async () => {
    const gone = new NotFound('tarea 2');
    const answer = await cache.getOrSetMany<number, number | NotFound>([1, 2, 3], toKey, () => [
      1,
      gone,
      3,
    ]);
    expect(answer).toEqual([1, gone, 3]);
    expect(answer[1]).toBe(gone);
    expect(await cache.getMany(['k:1', 'k:2', 'k:3'])).toEqual([1, undefined, 3]);
    expect(await other.getOrSet('k:2', () => 2)).toBe(2);
    expect(cache.counts()).toMatchObject({ loads: 3, load_errors: 1 });
  });

  it.each([
    ['rejects', (error: Error) => Promise.reject(error)],
    [
      'throws',
      (error: Error) => {
        throw error;
      },
    ],
  ])('all leases are released when the loader %s, and its error is thrown', async (_how, fail) => {
    const error = new NotFound('the database is unavailable');
    await cache.set('k:1', 1);
    const loading = cache.getOrSetMany<number, number>([1, 2, 3], toKey, () => fail(error));
    await expect(loading).rejects.toBe(error);
    const acquired = ['k:2', 'k:3'].map((key) => other.getOrSet(key, () => 'at once'));
    expect(await Promise.all(acquired)).toEqual(['at once', 'at once']);
    expect(other.counts().waits).toBe(0);
  });

  it.each([
    ['short', [1]],
    ['long', [1, 2, 3]],
  ])(
    'an array that is too %s is refused, as its values cannot be assigned to ids',
    async (_w, wrong) => {
      const loading = cache.getOrSetMany([1, 2], toKey, () => wrong);
      await expect(loading).rejects.toThrow(CacheOptionsError);
      await expect(loading).rejects.toThrow(`${wrong.length} entries for 2 ids`);
      expect(await other.getOrSet('k:2', () => 'at once')).toBe('at once');
    },
  );

  it('an unreadable value is replaced, and one of an unknown codec is left and loaded', async () => {
    const [store] = stores;
    await store?.write('k:1', '{broken', undefined, 1_000);
    await store?.write('k:2', '\x02id;0;0;json+lz77\nAA', undefined, 1_000);
    expect(await cache.getOrSetMany([1, 2], toKey, load)).toEqual([10, 20]);
    expect(await cache.getMany(['k:1', 'k:2'])).toEqual([10, undefined]);
    expect(cache.counts().corrupt).toBe(1);
  });

  it('an invalid key is refused before the store is called', async () => {
    const empty = cache.getOrSetMany([1, 2], (id) => (id === 2 ? '' : 'k'), load);
    await expect(empty).rejects.toThrow(CacheKeyInvalidError);
    await expect(cache.getOrSetMany([1], toKey, load, { ttl: 0 })).rejects.toThrow(/ttl/);
    await expect(setMany([{ key: '', value: 1 }], () => Promise.resolve(true))).rejects.toThrow(
      CacheKeyInvalidError,
    );
    expect(storeCalls.all).toEqual([]);
  });

  it('a store that fails for one key fails that key only', async () => {
    const failing = new Set(['k:2']);
    const [store] = stores;
    if (store === undefined) throw new Error('no store');
    const failsFor = (name: 'acquire' | 'fill' | 'write'): CacheStore =>
      new Proxy(store, {
        get(target, method) {
          const member: unknown = Reflect.get(target, method, target);
          if (typeof member !== 'function') return member;
          return (...args: unknown[]): unknown => {
            const [first] = args;
            const key = typeof first === 'string' ? first : (first as { key?: string }).key;
            if (method === name && failing.has(key ?? '')) {
              return Promise.reject(new CacheUnavailableError('refused', 'OOM'));
            }
            return Reflect.apply(member, target, args) as unknown;
          };
        },
      });
    for (const name of ['acquire', 'fill'] as const) {
      const half = engineOver(failsFor(name));
      expect(await half.getOrSetMany([1, 2, 3], toKey, load)).toEqual([10, 20, 30]);
      expect(await other.getMany([1, 2, 3].map(toKey))).toEqual([10, undefined, 30]);
      expect(half.counts()).toMatchObject({ sets: 2, errors: 1 });
      await other.clear();
    }
    const half = engineOver(failsFor('write'));
    const entries = [1, 2, 3].map((id) => ({ key: toKey(id), value: id }));
    const stored = await setMany(entries, (key, value) => half.set(key, value));
    expect(stored).toEqual([true, false, true]);
    expect(calls).toHaveLength(2);
  });

  it('of several pairs with one key the last is stored', async () => {
    const entries = [1, 2, 3, 4].map((value) => ({ key: `k:${value % 2}`, value }));
    expect(await setMany(entries, (key, value) => cache.set(key, value))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(await cache.getMany(['k:0', 'k:1'])).toEqual([4, 3]);
    expect(cache.counts().sets).toBe(2);
  });
});

onBothStores('Many keys', (stage) => {
  const key = (id: number): string => `user:${id}`;

  it('getMany reads many keys in one call, in their order, repeated ones too', async () => {
    const { cache, calls } = stage();
    await cache.set('a', 1);
    await cache.set('b', null);
    calls.reset();
    expect(await cache.getMany(['b', 'x', 'a', 'b'])).toEqual([null, undefined, 1, null]);
    expect(calls.count()).toBe(1);
  });

  it('batch calls without keys make no store call', async () => {
    const { cache, calls } = stage();
    expect(await cache.getMany([])).toEqual([]);
    expect(await cache.setMany([])).toEqual([]);
    expect(await cache.delete([])).toBe(0);
    const never = (): Promise<never> => Promise.reject(new Error('nothing is missing'));
    expect(await cache.getOrSetMany([], key, never)).toEqual([]);
    expect(calls.count()).toBe(0);
  });

  it('a batch loads what is missing in one call, each id once', async () => {
    const { cache } = stage();
    await cache.set(key(2), 'cached');
    const asked: (readonly number[])[] = [];
    const load = (ids: readonly number[]): Promise<string[]> => {
      asked.push(ids);
      return Promise.resolve(ids.map((id) => `loaded ${id}`));
    };
    expect(await cache.getOrSetMany([1, 2, 3, 1], key, load, { ttl: 60 })).toEqual([
      'loaded 1',
      'cached',
      'loaded 3',
      'loaded 1',
    ]);
    expect(asked).toEqual([[1, 3]]);
    expect(await cache.getMany([1, 2, 3].map(key))).toEqual(['loaded 1', 'cached', 'loaded 3']);
    expect(await cache.ttl(key(3))).toBe(60);
  });

  it('falsy values in a batch are hits, and undefined is not stored', async () => {
    const { cache, calls } = stage();
    const values = [null, 0, '', false, undefined];
    const load = (ids: readonly number[]) => Promise.resolve(ids.map((id) => values[id]));
    expect(await cache.getOrSetMany([0, 1, 2, 3, 4], key, load)).toEqual(values);
    calls.reset();
    let asked: readonly number[] = [];
    const note = (ids: readonly number[]): Promise<undefined[]> => {
      asked = ids;
      return Promise.resolve(ids.map(() => undefined));
    };
    expect(await cache.getOrSetMany([0, 1, 2, 3, 4], key, note)).toEqual(values);
    expect(asked).toEqual([4]);
  });

  it('an error of the batch loader is thrown as it is, stores nothing, and releases the keys', async () => {
    const { cache, calls } = stage();
    const failure = new RangeError('no connection');
    const failing = (): Promise<never> => Promise.reject(failure);
    await expect(cache.getOrSetMany([1, 2], key, failing)).rejects.toBe(failure);
    expect(calls.filled).toEqual([]);
    expect(await cache.getOrSetEntry(key(1), () => 'alone')).toMatchObject({ stored: true });
  });

  it('a value that was removed while a batch loaded is returned and not stored; the others are', async () => {
    const { cache } = stage();
    const load = async (ids: readonly number[]): Promise<number[]> => {
      await cache.delete(key(2));
      return [...ids];
    };
    expect(await cache.getOrSetMany([1, 2, 3], key, load)).toEqual([1, 2, 3]);
    expect(await cache.getMany([1, 2, 3].map(key))).toEqual([1, undefined, 3]);
  });

  it('without the store a batch returns what the loader returns', async () => {
    const { cache, faults } = stage();
    faults.disconnect();
    const load = (ids: readonly number[]): Promise<number[]> => Promise.resolve([...ids]);
    expect(await cache.getOrSetMany([1, 2], key, load)).toEqual([1, 2]);
    expect(await cache.getMany([key(1)])).toEqual([undefined]);
    const pairs = [1, 2].map((value) => ({ key: key(value), value }));
    expect(await cache.setMany(pairs)).toEqual([false, false]);
  });
});
