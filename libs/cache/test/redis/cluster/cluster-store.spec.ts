import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ShardedStore } from '@gad/cache/store';
import { storeContract } from '@gad/cache/testing';
import type { RedisCluster } from '../../../../../test/servers/redis-cluster.js';
import { startCluster } from '../../../../../test/servers/redis-cluster.js';
import { selectPattern } from '../../../src/keys/key-selection.js';
import { clusterSettings, openClusterStore, SHARDS } from '../../support/cluster-stores.js';
import { engineOver, logInto } from '../../support/fixtures.js';

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster.stop());
beforeEach(() => cluster.everywhere('FLUSHALL'));

// Acquire, fill, release, write, removal by name, pattern and altogether, index, listing, messages,
// with keys of many shards.
storeContract('A store on a Cluster', () => openClusterStore(cluster), { describe, it });

const NAMES = Array.from({ length: 40 }, (_, n) => `user:${n}`);

async function closed(...stores: ShardedStore[]): Promise<void> {
  await Promise.all(stores.map((store) => store.close()));
}

describe('A cache on a Cluster', () => {
  it('keys of one cache lie on every master, and each master has shards', async () => {
    const store = await openClusterStore(cluster);
    const cache = engineOver(store);
    await Promise.all(NAMES.map((key) => cache.getOrSet(key, () => key)));
    expect(await cache.getMany(NAMES)).toEqual(NAMES);
    const sizes = await cluster.everywhere('DBSIZE');
    expect(sizes.every((size) => Number(size) > 0)).toBe(true);
    expect(store.shardsConnected).toBe(SHARDS);
    expect((await store.statistics()).keys).toBe(NAMES.length);
    await closed(store);
  });

  it('one process removes in every shard what another one has filled', async () => {
    const [mine, theirs] = await Promise.all([
      openClusterStore(cluster),
      openClusterStore(cluster),
    ]);
    await Promise.all(NAMES.map((key) => engineOver(mine).getOrSet(key, () => 'old')));
    expect(await engineOver(theirs).deletePattern('user:*')).toBe(NAMES.length);
    expect(await engineOver(mine).getMany(NAMES)).toEqual(NAMES.map(() => undefined));
    await closed(mine, theirs);
  });

  it('a fill is refused after a removal by another process', async () => {
    const [mine, theirs] = await Promise.all([
      openClusterStore(cluster),
      openClusterStore(cluster),
    ]);
    const token = await engineOver(mine).acquireLease('k');
    expect(await engineOver(theirs).deletePattern('k*')).toBe(0);
    expect(await engineOver(mine).set('k', 'old', { token })).toBe(false);
    expect(await engineOver(theirs).get('k')).toBeUndefined();
    await closed(mine, theirs);
  });

  it('keys are listed in byte order over all shards, page by page', async () => {
    const store = await openClusterStore(cluster);
    const cache = engineOver(store);
    await Promise.all(NAMES.map((key) => cache.getOrSet(key, () => key)));
    const seen: string[] = [];
    for (let after: string | undefined; ;) {
      const page = await store.list(undefined, after, 7);
      seen.push(...page.items.map(({ key }) => key));
      after = page.next;
      if (after === undefined) break;
    }
    expect(seen).toEqual([...NAMES].sort());
    await closed(store);
  });

  it('a pattern that a place covers concerns one shard, and one that spans all is named once', async () => {
    const lines: string[] = [];
    const logger = logInto(() => lines);
    const store = await openClusterStore(cluster, { places: ['stats:user:*'], logger });
    expect(store.shards.touchedBy(selectPattern('stats:user:2:*'))).toHaveLength(1);
    const cache = engineOver(store);
    await cache.deletePattern('stats:user:2:*');
    expect(store.spannings).toBe(0);
    await cache.deletePattern('view:7:*');
    await cache.deletePattern('view:8:*');
    expect(store.spannings).toBe(2);
    const named = lines.filter((line) => line.includes('run in all'));
    expect(named).toEqual([
      `Cache: removals such as view:7:* run in all ${SHARDS} shards: the place view:* may help.`,
    ]);
    await closed(store);
  });

  it('a master that stops while another one is lost is named at the start', async () => {
    const [, second] = cluster.nodes;
    const setting = 'cluster-require-full-coverage';
    await second?.command('CONFIG', 'SET', setting, 'yes');
    const lines: string[] = [];
    const store = await openClusterStore(cluster, { logger: logInto(() => lines) });
    while (!lines.some((line) => line.includes(setting))) await sleep(10);
    expect(lines.filter((line) => line.includes(setting))).toEqual([
      `Cache: 127.0.0.1:${second?.address.port} has ${setting} yes: one lost master stops all; set it to no.`,
    ]);
    await second?.command('CONFIG', 'SET', setting, 'no');
    await closed(store);
  });

  it('a server that belongs to no Cluster stops the start with one sentence', async () => {
    const { port } = new URL(process.env['TEST_REDIS_URL'] ?? '');
    const settings = { cluster: { nodes: [{ host: '127.0.0.1', port: Number(port) }] } };
    await expect(openClusterStore(cluster, { settings })).rejects.toThrow(
      'redis.cluster names a server that belongs to no Cluster',
    );
  });

  it('a process with another number of shards stops at its start', async () => {
    const store = await openClusterStore(cluster);
    const settings = clusterSettings(cluster, SHARDS + 1);
    await expect(openClusterStore(cluster, { settings })).rejects.toThrow(
      `redis.cluster.shards is ${SHARDS + 1}, but the store is divided into ${SHARDS} shards`,
    );
    await closed(store);
  });
});
