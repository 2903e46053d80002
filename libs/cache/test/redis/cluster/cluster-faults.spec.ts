import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CacheUnavailableError } from '@gad/cache';
import type { Lease, ShardedStore } from '@gad/cache/store';
import { ShardedFreshness, silentLog, systemClock } from '@gad/cache/store';
import type { ClusterServer, RedisCluster } from '../../../../../test/servers/redis-cluster.js';
import { startCluster } from '../../../../../test/servers/redis-cluster.js';
import { selectKeys, selectPattern } from '../../../src/keys/key-selection.js';
import { shardOf, shardTags, slotOf } from '../../../src/store/redis/cluster/shard-tags.js';
import { openClusterStore, SHARDS } from '../../support/cluster-stores.js';
import { FakeLog } from '../../support/fake-log.js';
import { deferred, engineOver } from '../../support/fixtures.js';

const MS = 10_000;
const SLOTS = shardTags(SHARDS).map(slotOf);
/** A key of each shard. */
const KEYS = Array.from({ length: SHARDS }, (_, shard) => {
  let n = 0;
  while (shardOf(`user:${n}`, SHARDS) !== shard) n++;
  return `user:${n}`;
});
const [KEY = ''] = KEYS;
const EVERY_USER = selectPattern('user:*');

let cluster: RedisCluster;
let store: ShardedStore;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster.stop());
beforeEach(async () => {
  await cluster.everywhere('FLUSHALL');
  store = await openClusterStore(cluster);
});
afterEach(async () => {
  await cluster.heal();
  await store.close();
});

async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await sleep(10);
}

async function leaseOf(key: string): Promise<Lease> {
  const answer = await store.acquire(key, { leaseMs: 5_000, replace: false }, MS);
  if (answer.state !== 'owned') throw new Error(answer.state);
  return answer.lease;
}

/** The master of the first key's shard, its replica, and another master with a key of its own. */
async function servers(): Promise<{
  readonly master: ClusterServer;
  readonly replica: ClusterServer;
  readonly other: ClusterServer;
  readonly otherKey: string;
}> {
  const owners = await Promise.all(SLOTS.map((slot) => cluster.ownerOf(slot)));
  const [master] = owners;
  const shard = owners.findLastIndex((owner) => owner !== master);
  const other = owners[shard];
  if (master === undefined || other === undefined) throw new Error('one master owns every shard');
  return { master, replica: await cluster.replicaOf(master), other, otherKey: KEYS[shard] ?? '' };
}

/** Moves the slot of the first key's shard; `midway` runs when so many names have travelled. */
async function moving(
  comesFirst: (name: string) => boolean,
  names: number,
  midway: () => Promise<void>,
): Promise<void> {
  const reached = deferred<void>();
  const go = deferred<void>();
  const { other } = await servers();
  const moved = cluster.move(SLOTS[0] ?? 0, other, {
    batch: 1,
    order: (all) => [...all].sort((a, b) => Number(comesFirst(b)) - Number(comesFirst(a))),
    pace: async (count) => {
      if (count !== names) return;
      reached.resolve();
      await go.promise;
    },
  });
  await reached.promise;
  await midway().finally(() => go.resolve());
  await moved;
}

const isBookkeeping = (name: string): boolean => name.includes('\0');
const allConnected = (): boolean => store.shardsConnected === SHARDS;

describe('A store on a Cluster whose slots move', () => {
  it.each([
    // The index and the marker; the value is left behind.
    { ahead: 'the index', comesFirst: isBookkeeping, names: 2 },
    { ahead: 'a value', comesFirst: (name: string) => !isBookkeeping(name), names: 1 },
  ])('a removal is not confirmed while $ahead is ahead', async ({ comesFirst, names }) => {
    await store.write(KEY, 'old', undefined, MS);
    await moving(comesFirst, names, async () => {
      await expect(store.remove(EVERY_USER)).rejects.toThrow(CacheUnavailableError);
      await expect(store.remove(selectKeys([KEY]))).rejects.toThrow(CacheUnavailableError);
    });
    await until(() => store.remove(EVERY_USER).then(...YES));
    expect(await store.read(KEY, MS)).toBeUndefined();
  });

  it('a lease that travels with its slot ends, and the shard is used at its new owner', async () => {
    const lease = await leaseOf(KEY);
    const { other } = await servers();
    await cluster.move(SLOTS[0] ?? 0, other);
    expect(await store.fill(lease, 'old', undefined, MS).catch(() => false)).toBe(false);
    await until(() => store.write(KEY, 'new', undefined, MS).then(...YES));
    expect(await store.fill(lease, 'old', undefined, MS)).toBe(false);
    expect(await store.read(KEY, MS)).toBe('new');
  });

  it('a shard that a failover of its source tore apart is not used until that is settled', async () => {
    await store.write(KEY, 'old', undefined, MS);
    const { master, replica, other } = await servers();
    await moving(isBookkeeping, 2, async () => {
      await master.command('WAIT', '1', '1000');
      await cluster.failOver(master, replica);
      await until(() => store.shardsConnected === SHARDS - 1);
      await expect(store.read(KEY, MS)).rejects.toThrow(CacheUnavailableError);
    }).catch(() => undefined);
    await other.command('CLUSTER', 'SETSLOT', String(SLOTS[0]), 'STABLE');
    await cluster.heal();
    await until(allConnected);
  });
});

describe('A store on a Cluster whose masters fail', () => {
  it('a fill is refused by a promoted replica that still has the lease', async () => {
    const { master, replica } = await servers();
    const lease = await leaseOf(KEY);
    await master.command('WAIT', '1', '1000');
    await cluster.cutReplication(master, replica);
    await store.remove(EVERY_USER);
    await cluster.failOver(master, replica);
    await until(allConnected);
    expect(await replica.command('EXISTS', `gad:{${shardTags(SHARDS)[0]}}:${KEY}`)).toBe(1);
    expect(await store.fill(lease, 'old', undefined, MS)).toBe(false);
  });

  it('a store opens and serves the other shards while one master is frozen', async () => {
    const { master, otherKey: other } = await servers();
    await master.server.kill('SIGSTOP');
    const late = await openClusterStore(cluster);
    await late.write(other, 'here', undefined, MS);
    expect(await late.read(other, MS)).toBe('here');
    expect(await late.readMany([other, KEY], 200)).toEqual(['here', undefined]);
    await expect(late.remove(EVERY_USER)).rejects.toThrow(CacheUnavailableError);
    expect(await late.read(other, MS)).toBeUndefined();
    await master.server.kill('SIGCONT');
    await until(() => late.shardsConnected === SHARDS);
    await late.close();
  });

  it('no process serves what a write replaced when a failover loses its removal', async () => {
    const log = new FakeLog();
    const processes = [store, await openClusterStore(cluster)];
    const caches = processes.map((each) => {
      const proof = { consistency: 'strict', clock: systemClock, logger: silentLog } as const;
      const parts = { ...proof, shards: each.shards, log: log.reader(), random: Math.random };
      return engineOver(each, {}, silentLog, { freshness: new ShardedFreshness(parts) });
    });
    const [writer, reader] = caches as [(typeof caches)[0], (typeof caches)[0]];
    await Promise.all(caches.map((cache) => cache.open()));
    let [value, loads] = ['old', 0];
    const read = (key: string): Promise<string> =>
      reader.getOrSet(key, () => {
        loads++;
        return value;
      });
    await until(() => reader.freshness?.shards?.fresh === SHARDS);
    await Promise.all(KEYS.map(read));
    const { master, replica, otherKey } = await servers();
    await master.command('WAIT', '1', '1000');
    await cluster.cutReplication(master, replica);
    value = 'new';
    const written = { position: log.append(KEY), committedAt: systemClock.now() };
    expect(await writer.invalidate(KEY, written)).toBe(true);
    await cluster.failOver(master, replica);
    // The value that was removed is back on the promoted replica.
    expect(await replica.command('GET', `gad:{${shardTags(SHARDS)[0]}}:${KEY}`)).toBe('"old"');
    let before: number;
    do {
      before = loads;
      expect(await read(KEY)).toBe('new');
      await sleep(10);
    } while (loads > before);
    expect(reader.freshness?.shards?.all).toBe(SHARDS);
    await until(() => reader.freshness?.shards?.fresh === SHARDS);
    // The other masters' values were kept.
    before = loads;
    await read(otherKey);
    expect(loads).toBe(before);
    await Promise.all(caches.map((cache) => cache.close()));
  });
});

const YES = [() => true, () => false] as const;
