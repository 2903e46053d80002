import type { ClusterSettings, ShardedStoreOptions } from '@gad/cache/store';
import { ShardedStore, silentLog } from '@gad/cache/store';
import type { RedisCluster } from '../../../../test/servers/redis-cluster.js';

/** Few enough that a test can look at each, many enough for every master to own some. */
export const SHARDS = 12;

export function clusterSettings(cluster: RedisCluster, shards = SHARDS): ClusterSettings {
  return { cluster: { nodes: cluster.addresses, shards } };
}

/** A process's store on the Cluster. */
export async function openClusterStore(
  cluster: RedisCluster,
  options: Partial<ShardedStoreOptions> = {},
): Promise<ShardedStore> {
  const settings = clusterSettings(cluster);
  const store = new ShardedStore({ settings, prefix: 'gad:', logger: silentLog, ...options });
  await store.open();
  return store;
}
