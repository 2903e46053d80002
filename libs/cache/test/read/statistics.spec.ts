import { expect, it } from '@jest/globals';
import { onBothStores } from '../support/both-stores.js';

onBothStores('Reporting', (stage) => {
  const local = async () => (await stage().cache.getStats()).local;

  it('hits and misses of this instance are counted, however they were asked for', async () => {
    const { cache } = stage();
    await cache.set('k', 1);
    await cache.get('k');
    await cache.getMany(['k', 'absent']);
    await cache.getOrSet('k', () => 2);
    await cache.getOrSet('new', () => 2);
    await cache.getOrSetEntry('new', () => 3);
    expect(await local()).toMatchObject({ hits: 4, misses: 2, loads: 1, sets: 2 });
  });

  it('loads, failed loads and refused fills are counted apart', async () => {
    const { cache } = stage();
    await cache.getOrSet('a', () => 1);
    await cache.getOrSet('b', () => Promise.reject(new Error('no'))).catch(() => undefined);
    await cache.getOrSet('c', () => cache.delete('c'));
    expect(await local()).toMatchObject({ loads: 3, load_errors: 1, refused_fills: 1, sets: 1 });
  });

  it('removals count the keys that were there', async () => {
    const { cache } = stage();
    await cache.setMany(['a', 'b:1', 'b:2', 'c'].map((key) => ({ key, value: 1 })));
    await cache.delete(['a', 'absent']);
    await cache.deletePattern('b:*');
    await cache.clear();
    expect(await local()).toMatchObject({ deletes: 4 });
  });

  it('an entry says where it came from and how long it may be served', async () => {
    const { cache, pass } = stage();
    const load = () => cache.getOrSetEntry('k', () => 1, { ttl: 60 });
    expect(await load()).toEqual({
      key: 'gad:k',
      value: 1,
      hit: false,
      stored: true,
      stale: false,
      ttl: 60,
    });
    await pass(9);
    expect(await load()).toEqual({
      key: 'gad:k',
      value: 1,
      hit: true,
      stored: true,
      stale: false,
      ttl: 51,
    });
  });

  it('an unavailable store is reported, and its figures are zero', async () => {
    const { cache, faults } = stage();
    await cache.set('k', 1);
    expect(await cache.getStats()).toMatchObject({
      connected: true,
      keys_count: 1,
      unknown_figures: [],
    });
    faults.disconnect();
    expect(await cache.getStats()).toMatchObject({
      connected: false,
      keys_count: 0,
      unknown_figures: expect.arrayContaining(['keys_count', 'used_memory', 'uptime_seconds']),
      local: { circuit: 'open', sets: 1 },
    });
  });

  it('inspect() shows the text, size and ttl of a key', async () => {
    const { cache } = stage();
    await cache.set('k', { a: 1 }, { ttl: 60 });
    expect(await cache.inspect('k')).toMatchObject({ key: 'k', ttl: 60, value: { a: 1 } });
    expect(await cache.inspect('absent')).toBeUndefined();
  });
});
