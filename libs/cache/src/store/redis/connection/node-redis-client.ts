import { loadNodeRedis, serverClient } from './server-client.js';
import type { RedisClientFactory } from './redis-client.js';
import type { RedisSettings } from './redis-settings.js';
import { SentinelClient } from './sentinel/sentinel-client.js';

const CLIENT_NAME = 'gad-cache';

/**
 * Clients over node-redis: to the address in the settings, or to the master that Sentinel names.
 * `load` must have resolved before the first one is made.
 */
export const nodeRedisClient: RedisClientFactory & { load(): Promise<void> } = Object.assign(
  (settings: RedisSettings) => {
    const name = settings.clientName ?? CLIENT_NAME;
    if ('sentinels' in settings) return new SentinelClient({ ...settings, clientName: name });
    return serverClient({ name, ...settings.clientOptions, url: settings.url });
  },
  { load: loadNodeRedis },
);
