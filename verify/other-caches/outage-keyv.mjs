import { createKeyvNonBlocking } from '@keyv/redis';
import { createCache } from 'cache-manager';

export const settings =
  'cache-manager 7.2.9 (what @nestjs/cache-manager hands out), wrap on @keyv/redis 5.1.6 createKeyvNonBlocking';

export async function open({ redisUrl, ttlSeconds }) {
  const cache = createCache({
    stores: [createKeyvNonBlocking(redisUrl)],
    ttl: ttlSeconds * 1_000,
  });
  cache.on('error', () => undefined);
  return { get: (key, load) => cache.wrap(key, load) };
}
