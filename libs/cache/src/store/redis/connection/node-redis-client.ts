import { loadNodeRedis, serverClient } from './server-client.js';
import type { RedisClient, RedisClientFactory } from './redis-client.js';
import type { ClusterSettings, RedisNode, ServerSettings } from './redis-settings.js';
import { socketTo } from './sentinel/master-finder.js';
import { SentinelClient } from './sentinel/sentinel-client.js';

const CLIENT_NAME = 'gad-cache';

/**
 * Clients over node-redis: to the address in the settings, or to the master that Sentinel names.
 * `load` must have resolved before the first one is made.
 */
export const nodeRedisClient: RedisClientFactory & { load(): Promise<void> } = Object.assign(
  (settings: ServerSettings) => {
    const name = settings.clientName ?? CLIENT_NAME;
    if ('sentinels' in settings) return new SentinelClient({ ...settings, clientName: name });
    return serverClient({ name, ...settings.clientOptions, url: settings.url });
  },
  { load: loadNodeRedis },
);

/** A client of one node of a Cluster, over node-redis; `load` as above. */
export const nodeClient = Object.assign(
  (settings: ClusterSettings, node: RedisNode): RedisClient => {
    const { clientName: name = CLIENT_NAME, clientOptions: given, username, password } = settings;
    return serverClient({
      name,
      ...given,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      socket: socketTo(node, given?.socket, settings.tls),
    });
  },
  { load: loadNodeRedis },
);
