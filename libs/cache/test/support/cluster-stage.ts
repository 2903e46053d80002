import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import type { CacheEngine, Lease, ShardedStore } from '@gad/cache/store';
import { ShardedFreshness, silentLog, systemClock } from '@gad/cache/store';
import type { ClusterServer, RedisCluster } from '../../../../test/servers/redis-cluster.js';
import { startCluster } from '../../../../test/servers/redis-cluster.js';
import { selectPattern } from '../../src/keys/key-selection.js';
import { shardOf, shardTags, slotOf } from '../../src/store/redis/cluster/shard-tags.js';
import { openClusterStore, SHARDS } from './cluster-stores.js';
import type { FakeLog } from './fake-log.js';
import { engineOver } from './fixtures.js';

export const MS = 10_000;
export const SLOTS = shardTags(SHARDS).map(slotOf);
export const EVERY_USER = selectPattern('user:*');

/** The first key of a shard from this number on. */
function keyOf(shard: number, from = 0): string {
  let n = from;
  while (shardOf(`user:${n}`, SHARDS) !== shard) n++;
  return `user:${n}`;
}

/** A key of each shard. */
export const KEYS = Array.from({ length: SHARDS }, (_, shard) => keyOf(shard));
export const [KEY = ''] = KEYS;
/** Another key of the first shard. */
export const SECOND = keyOf(0, Number(KEY.slice('user:'.length)) + 1);
/** What the names of the first shard begin with. */
export const PREFIX = `gad:{${shardTags(SHARDS)[0]}}:`;

/** Resolves as soon as the condition holds, which other processes make true. */
export async function eventually(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await sleep(10);
}

/** Whether a call succeeded. */
export const YES = [() => true, () => false] as const;

/** A Cluster for all cases of a file, which is healed after each, and a store on it for each. */
export class ClusterStage {
  cluster!: RedisCluster;
  store!: ShardedStore;

  constructor() {
    beforeAll(async () => {
      this.cluster = await startCluster();
    });
    afterAll(() => this.cluster.stop());
    beforeEach(async () => {
      await this.cluster.everywhere('FLUSHALL');
      this.store = await openClusterStore(this.cluster);
    });
    afterEach(async () => {
      await this.cluster.heal();
      await this.store.close();
    });
  }

  get allConnected(): boolean {
    return this.store.shardsConnected === SHARDS;
  }

  async leaseOf(key: string): Promise<Lease> {
    const answer = await this.store.acquire(key, { leaseMs: 5_000, replace: false }, MS);
    if (answer.state !== 'owned') throw new Error(answer.state);
    return answer.lease;
  }

  /** The master of the first key's shard, its replica, and another master with a key of its own. */
  async servers(): Promise<{
    readonly master: ClusterServer;
    readonly replica: ClusterServer;
    readonly other: ClusterServer;
    readonly otherKey: string;
  }> {
    const { cluster } = this;
    const owners = await Promise.all(SLOTS.map((slot) => cluster.ownerOf(slot)));
    const [master] = owners;
    const shard = owners.findLastIndex((owner) => owner !== master);
    const other = owners[shard];
    if (master === undefined || other === undefined) throw new Error('one master owns every shard');
    return { master, replica: await cluster.replicaOf(master), other, otherKey: KEYS[shard] ?? '' };
  }

  /** The caches of two processes with a proof of freshness by this log, which all shards have. */
  async caches(log: FakeLog): Promise<readonly [writer: CacheEngine, reader: CacheEngine]> {
    const open = async (store: ShardedStore): Promise<CacheEngine> => {
      const proof = { consistency: 'strict', clock: systemClock, logger: silentLog } as const;
      const parts = { ...proof, shards: store.shards, log: log.reader(), random: Math.random };
      const freshness = new ShardedFreshness(parts);
      const cache = engineOver(store, {}, silentLog, { freshness });
      await cache.open();
      return cache;
    };
    const other = await openClusterStore(this.cluster);
    const caches = [await open(this.store), await open(other)] as const;
    await eventually(() => caches[1].freshness?.shards?.fresh === SHARDS);
    return caches;
  }
}
