import { expect, it } from '@jest/globals';
import { onBothStores } from '../support/both-stores.js';

const key = (id: number): string => `user:${id}`;

onBothStores('Batches', (stage) => {
  it('many keys are read at once, in the order asked for, repeated ones too', async () => {
    const { cache, calls } = stage();
    await cache.set('a', 1);
    await cache.set('b', null);
    calls.reset();
    expect(await cache.getMany(['b', 'x', 'a', 'b'])).toEqual([null, undefined, 1, null]);
    expect(calls.count()).toBe(1);
  });

  it('no keys make no call', async () => {
    const { cache, calls } = stage();
    expect(await cache.getMany([])).toEqual([]);
    expect(await cache.setMany([])).toEqual([]);
    expect(await cache.delete([])).toBe(0);
    const never = (): Promise<never> => Promise.reject(new Error('nothing is missing'));
    expect(await cache.getOrSetMany([], key, never)).toEqual([]);
    expect(calls.count()).toBe(0);
  });

  it('only what is missing is loaded, in one call, each id once', async () => {
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

  it('falsy values in a batch are hits; undefined says there is none, and is not stored', async () => {
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

  it('a batch loader’s error is its own, nothing is stored, and the next load may begin at once', async () => {
    const { cache, calls } = stage();
    const failure = new RangeError('no connection');
    const failing = (): Promise<never> => Promise.reject(failure);
    await expect(cache.getOrSetMany([1, 2], key, failing)).rejects.toBe(failure);
    expect(calls.filled).toEqual([]);
    expect(await cache.getOrSetEntry(key(1), () => 'alone')).toMatchObject({ stored: true });
  });

  it('what was removed while a batch loaded is returned, and not stored; the rest is', async () => {
    const { cache } = stage();
    const load = async (ids: readonly number[]): Promise<number[]> => {
      await cache.delete(key(2));
      return [...ids];
    };
    expect(await cache.getOrSetMany([1, 2, 3], key, load)).toEqual([1, 2, 3]);
    expect(await cache.getMany([1, 2, 3].map(key))).toEqual([1, undefined, 3]);
  });

  it('a batch without a store is the loader’s answer', async () => {
    const { cache, faults } = stage();
    faults.disconnect();
    const load = (ids: readonly number[]): Promise<number[]> => Promise.resolve([...ids]);
    expect(await cache.getOrSetMany([1, 2], key, load)).toEqual([1, 2]);
    expect(await cache.getMany([key(1)])).toEqual([undefined]);
    const pairs = [1, 2].map((value) => ({ key: key(value), value }));
    expect(await cache.setMany(pairs)).toEqual([false, false]);
  });

  it('several keys are removed in one call, which counts what was there', async () => {
    const { cache, calls } = stage();
    await cache.setMany([1, 2, 3].map((value) => ({ key: key(value), value })));
    calls.reset();
    expect(await cache.delete([key(1), key(3), key(9)])).toBe(2);
    expect(calls.count()).toBe(1);
    expect(await cache.getMany([1, 2, 3].map(key))).toEqual([undefined, 2, undefined]);
  });
});
