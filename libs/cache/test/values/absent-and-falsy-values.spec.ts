import { expect, it } from '@jest/globals';
import { onBothStores } from '../support/both-stores.js';

onBothStores('Absent and falsy values', (stage) => {
  it('only undefined means absent; every stored value is a hit', async () => {
    const { cache, calls } = stage();
    for (const value of [null, 0, '', false, NaN]) {
      await cache.set('k', value);
      expect(await cache.get('k')).not.toBeUndefined();
      expect(await cache.exists('k')).toBe(true);
    }
    expect(await cache.get('absent')).toBeUndefined();
    expect(await cache.exists('absent')).toBe(false);
    expect(calls.misses).toEqual(['absent']);
  });

  it.each([null, 0, '', false])('a loader that yields %j runs once', async (value) => {
    const { cache, calls } = stage();
    let loads = 0;
    const load = () => {
      loads++;
      return value;
    };
    expect(await cache.getOrSet('k', load)).toBe(value);
    expect(await cache.getOrSet('k', load)).toBe(value);
    expect(loads).toBe(1);
    expect(calls.hits).toEqual(['k']);
  });

  it('undefined from a loader is returned, not stored, and loaded again', async () => {
    const { cache, calls } = stage();
    expect(await cache.getOrSet('k', () => undefined)).toBeUndefined();
    expect(calls.filled).toEqual([]);
    expect(await cache.getOrSet('k', () => 1)).toBe(1);
  });

  it('set() of undefined is refused with false, and the stored value stays', async () => {
    const { cache } = stage();
    await cache.set('k', 1);
    expect(await cache.set('k', undefined)).toBe(false);
    expect(await cache.get('k')).toBe(1);
  });

  it('a change to a given or returned object changes nothing in the cache', async () => {
    const { cache } = stage();
    const given = { tags: ['a'] };
    const first = await cache.getOrSet('k', () => given);
    given.tags.push('b');
    first.tags.push('c');
    const second = await cache.get<{ tags: string[] }>('k');
    expect(second).toEqual({ tags: ['a'] });
    second?.tags.push('d');
    expect(await cache.get('k')).toEqual({ tags: ['a'] });
  });

  it('keys that differ in any character are different keys', async () => {
    const { cache } = stage();
    const keys = ['a', 'A', ' a', 'a ', 'a:', 'a:b', 'a::b', 'á', 'a\u0301', '*', 'a*'];
    await cache.setMany(keys.map((key, value) => ({ key, value })));
    expect(await cache.getMany(keys)).toEqual(keys.map((_, value) => value));
    expect(await cache.delete('a')).toBe(1);
    expect(await cache.getMany(keys.slice(1))).toEqual(keys.slice(1).map((_, n) => n + 1));
  });
});
