import { setTimeout as sleep } from 'node:timers/promises';
import { shardTags, slotOf } from '../../libs/cache/src/store/redis/cluster/shard-tags.js';
import type { RedisCluster } from '../../test/servers/redis-cluster.js';

/** Strikes until shortly before `end`, by `performance.now()`; resolves with how often. */
export type ClusterFault = (cluster: RedisCluster, shards: number, end: number) => Promise<number>;

/** Writes that the master confirms and its replica never gets. */
const LOST_MS = 400;
/** Between a strike and the next one, and before the first. */
const REST_MS = 1_500;
/** Longer than the cluster's node timeout, so that the replica of a frozen master takes over. */
const FROZEN_MS = 4_000;
const LAST_MS = 4_000;

const failover: ClusterFault = async (cluster, shards, end) => {
  let strikes = 0;
  await sleep(REST_MS);
  for (const slot of endlessly(shards)) {
    if (performance.now() > end - LAST_MS) break;
    const master = await cluster.ownerOf(slot);
    const replica = await cluster.replicaOf(master);
    await cluster.cutReplication(master, replica);
    await sleep(LOST_MS);
    await cluster.failOver(master, replica);
    strikes++;
    await sleep(REST_MS);
    await cluster.heal();
  }
  return strikes;
};

const moves: ClusterFault = async (cluster, shards, end) => {
  let strikes = 0;
  await sleep(REST_MS);
  for (const slot of endlessly(shards)) {
    if (performance.now() > end - LAST_MS) break;
    const masters = cluster.nodes.slice(0, 3);
    const at = masters.indexOf(await cluster.ownerOf(slot));
    const to = masters[(at + 1) % masters.length];
    if (to === undefined) break;
    const reverse = Math.random() < 1 / 2;
    await cluster.move(slot, to, {
      batch: 1,
      order: (names) => (reverse ? [...names].reverse() : names),
      pace: () => sleep(2 + Math.random() * 6),
    });
    strikes++;
    // Where there was little to move, the next one would ask nodes that do not know of this one.
    await cluster.heal();
  }
  return strikes;
};

const frozen: ClusterFault = async (cluster, shards, end) => {
  let strikes = 0;
  await sleep(REST_MS);
  for (const slot of endlessly(shards)) {
    if (performance.now() > end - FROZEN_MS - LAST_MS) break;
    const master = await cluster.ownerOf(slot);
    await master.server.kill('SIGSTOP');
    await sleep(FROZEN_MS);
    strikes++;
    await cluster.heal();
    await sleep(REST_MS);
  }
  return strikes;
};

export const CLUSTER_FAULTS: Readonly<Record<string, ClusterFault>> = { failover, moves, frozen };

/** The slots of the shards, those of other masters in turn. */
function* endlessly(shards: number): Generator<number> {
  const slots = shardTags(shards).map(slotOf);
  for (let n = 0; ; n++) yield slots[(n * 5) % slots.length] ?? 0;
}
