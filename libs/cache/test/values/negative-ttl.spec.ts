import { describe, expect, it } from '@jest/globals';
import { onBothStores } from '../support/both-stores.js';
import { failOnLeaks } from '../support/resources.js';
import { cache, load, pass, store, useTimedSource } from '../support/timed-source.js';

failOnLeaks();
useTimedSource();

describe('negativeTtl', () => {
  it('null lives for negativeTtl, without a stale window', async () => {
    const options = { ttl: 100, negativeTtl: 5, staleWhileRevalidate: 50, jitter: 0 };
    await cache.getOrSet<number | null>('k', () => null, options);
    const entry = await cache.getOrSetEntry<number | null>('k', load, options);
    expect(entry).toMatchObject({ value: null, ttl: 5 });
    await pass(5_000);
    expect(await store.read('k', 50)).toBeUndefined();
    expect(await cache.getOrSet<number | null>('k', load, options)).toBe(1);
  });

  it('with a negativeTtl of 0 null is not stored, and other values are', async () => {
    const none = await cache.getOrSetEntry('k', () => null, { ttl: 9, negativeTtl: 0 });
    expect(none).toMatchObject({ value: null, stored: false, ttl: 0 });
    expect(await store.read('k', 50)).toBeUndefined();
    const some = await cache.getOrSetEntry('k', load, { ttl: 9, negativeTtl: 0 });
    expect(some).toMatchObject({ stored: true });
  });
});

onBothStores('negativeTtl', (stage) => {
  it('null has the shorter ttl of negativeTtl', async () => {
    const { cache, pass } = stage();
    const options = { ttl: 300, negativeTtl: 5 };
    expect(await cache.getOrSet<number | null>('k', () => null, options)).toBeNull();
    await pass(5);
    expect(await cache.getOrSet<number | null>('k', () => 7, options)).toBe(7);
    await pass(5);
    expect(await cache.get('k')).toBe(7);
  });
});
