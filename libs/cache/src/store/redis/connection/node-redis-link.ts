import { clientLink } from './client-link.js';
import type { RedisLinkFactory } from './redis-link.js';
import { SentinelLink } from './sentinel/sentinel-link.js';

const CLIENT_NAME = 'gad-cache';

/** Links over node-redis: to the address in the settings, or to the master that Sentinel names. */
export const nodeRedisLink: RedisLinkFactory = (settings) => {
  const name = settings.clientName ?? CLIENT_NAME;
  if ('sentinels' in settings) return new SentinelLink({ ...settings, clientName: name });
  return clientLink({ name, ...settings.clientOptions, url: settings.url });
};
