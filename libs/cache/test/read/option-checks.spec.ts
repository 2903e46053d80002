import { describe, expect, it } from '@jest/globals';
import { CacheOptionsError } from '@gad/cache';
import { testCache } from '@gad/cache/testing';

const load = (): number => 1;

describe('The options of a read-through', () => {
  it('are checked again when their owner has changed them', async () => {
    const { cache } = testCache();
    const options: { ttl: number } = { ttl: 60 };
    expect(await cache.getOrSet('k', load, options)).toBe(1);
    options.ttl = -1;
    await expect(cache.getOrSet('k', load, options)).rejects.toThrow(CacheOptionsError);
    await expect(cache.getOrSetEntry('k', load, options)).rejects.toThrow(CacheOptionsError);
  });

  it('are checked once when they are frozen', async () => {
    const { cache } = testCache();
    let looks = 0;
    const options = Object.freeze({
      ttl: 60,
      get jitter() {
        looks++;
        return 0;
      },
    });
    await cache.getOrSet('k', load, options);
    looks = 0;
    expect(await cache.getOrSet('k', load, options)).toBe(1);
    expect(await cache.getOrSetEntry('k', load, options)).toMatchObject({ hit: true });
    expect(looks).toBe(0);
  });

  it('are refused every time when they are frozen and wrong', async () => {
    const { cache } = testCache();
    const options = Object.freeze({ ttl: 0 });
    for (let call = 0; call < 2; call++) {
      await expect(cache.getOrSet('k', load, options)).rejects.toThrow(CacheOptionsError);
    }
  });

  it('include local, which is checked where no copies are kept as well', async () => {
    const { cache } = testCache();
    await expect(cache.getOrSet('k', load, { local: 0 })).rejects.toThrow(CacheOptionsError);
  });
});

describe('A plain read of an entry with a stale time', () => {
  it('costs one read of the value, and one of the value with its life', async () => {
    const { cache, calls } = testCache();
    await cache.getOrSet('k', load, { ttl: 60, staleWhileRevalidate: 60 });
    const before = [calls.count('read'), calls.count('readWithLife')];
    expect(await cache.getOrSet('k', load)).toBe(1);
    expect(calls.count('read')).toBe((before[0] ?? 0) + 1);
    expect(calls.count('readWithLife')).toBe((before[1] ?? 0) + 1);
  });
});
