import type { CacheEngine, RedisClient, RedisStore } from '@gad/cache/store';
import { nodeRedisClient, ShardedStore } from '@gad/cache/store';
import type { RedisSettings } from '../../src/store/redis/connection/redis-settings.js';
import { nodeClient } from '../../src/store/redis/connection/node-redis-client.js';
import { startCluster } from '../../../../test/servers/redis-cluster.js';
import { clusterSettings, openClusterStore, SHARDS } from './cluster-stores.js';
import { openRedisStore } from './fixtures.js';
import { wrapClients } from './gated-client.js';
import { controlsOf, startRedis, type RedisServer } from './redis-server.js';

/** A server with a whole shared store: one Redis, or the only node of a Cluster, with all shards. */
export interface Host {
  readonly server: RedisServer;
  readonly settings: RedisSettings;
  /** A process's store; `wrap` is around each of its clients. */
  open(wrap?: (client: RedisClient) => RedisClient): Promise<RedisStore | ShardedStore>;
  /** The names of a key of the cache, none or one. */
  namesOf(key: string): Promise<unknown>;
}

/** Starts of hosts, for `describe.each`. */
export const HOSTS: readonly { readonly on: string; start(): Promise<Host> }[] = [
  { on: 'one Redis', start: oneRedis },
  { on: 'a Cluster', start: oneNode },
];

/** Whether everything of the store can be used, all shards that is. */
export function isWhole({ store }: Pick<CacheEngine, 'store'>): boolean {
  return store instanceof ShardedStore ? store.shardsConnected === SHARDS : store.connected;
}

async function oneRedis(): Promise<Host> {
  const server = await startRedis();
  return {
    server,
    settings: { url: server.url },
    open: (wrap = (client) => client) =>
      openRedisStore(server, {
        makeClient: wrapClients(nodeRedisClient, wrap),
      }),
    namesOf: (key) => server.command('KEYS', `gad:${key}`),
  };
}

async function oneNode(): Promise<Host> {
  const cluster = await startCluster({ masters: 1, replicas: 0 });
  const [node] = cluster.nodes;
  if (node === undefined) throw new Error('the cluster has no node');
  const { server: own, command } = node;
  return {
    server: {
      ...controlsOf(own),
      command,
      start: () => own.restart(),
      stop: () => cluster.stop(),
    },
    settings: clusterSettings(cluster),
    open: (wrap = (client) => client) =>
      openClusterStore(cluster, {
        makeClient: wrapClients(nodeClient, wrap),
      }),
    namesOf: (key) => command('KEYS', `gad:{*}:${key}`),
  };
}
