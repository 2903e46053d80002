import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RedisStore, silentLog } from '@gad/cache/store';
import { storeContract } from '@gad/cache/testing';
import { engineOver } from '../../support/fixtures.js';
import type { RedisCluster } from '../../support/redis-cluster.js';
import { clusterClients, startCluster } from '../../support/redis-cluster.js';

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startCluster(3);
});
afterAll(() => cluster.stop());

async function openStore(prefix: string): Promise<RedisStore> {
  const store = new RedisStore({
    settings: { url: cluster.urls[0] ?? '' },
    prefix,
    logger: silentLog,
    makeClient: clusterClients(cluster.urls, prefix),
  });
  await store.open();
  return store;
}

// Acquire, fill, release, write, removal by name, pattern and altogether, index, listing, messages:
// if one of them needed two slots, the cluster would refuse it.
storeContract(
  'A prefix with a hash tag, on a cluster of three masters,',
  async () => {
    await cluster.everywhere('FLUSHALL');
    return openStore('{gad}:');
  },
  { describe, it },
);

describe('Caches on a cluster of three masters', () => {
  it('caches live on the masters of their hash tags, and do not see each other', async () => {
    await cluster.everywhere('FLUSHALL');
    const prefixes = ['{a}:', '{b}:', '{c}:'];
    const stores = await Promise.all(prefixes.map(openStore));
    const caches = stores.map((store) => engineOver(store));
    await Promise.all(caches.map((cache, n) => cache.getOrSet('k', () => n)));
    expect(await Promise.all(caches.map((cache) => cache.get('k')))).toEqual([0, 1, 2]);
    const sizes = await cluster.everywhere('DBSIZE');
    // a, b and c hash to slots 15495, 3300 and 7365: one for each master.
    expect(sizes.every((size) => Number(size) > 0)).toBe(true);
    expect(await caches[0]?.clear()).toBe(1);
    expect(await Promise.all(caches.map((cache) => cache.get('k')))).toEqual([undefined, 1, 2]);
    await Promise.all(stores.map((store) => store.close()));
  });

  it('a cluster refuses a fill after an invalidation by another process', async () => {
    await cluster.everywhere('FLUSHALL');
    const [mine, theirs] = await Promise.all([openStore('{gad}:'), openStore('{gad}:')]);
    const token = await engineOver(mine).acquireLease('k');
    expect(await engineOver(theirs).deletePattern('k*')).toBe(0);
    expect(await engineOver(mine).set('k', 'old', { token })).toBe(false);
    expect(await engineOver(theirs).get('k')).toBeUndefined();
    await Promise.all([mine.close(), theirs.close()]);
  });

  it('a cache answers from the source without storing when its prefix has no hash tag', async () => {
    const store = await openStore('gad:');
    const cache = engineOver(store);
    const entry = await cache.getOrSetEntry('k', () => 1);
    expect(entry).toMatchObject({ value: 1, stored: false });
    await store.close();
  });
});
