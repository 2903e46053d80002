import KeyvRedis from '@keyv/redis';
import { Cacheable } from 'cacheable';
import { Keyv } from 'keyv';

export const settings =
  'cacheable 2.5.0, getOrSet on @keyv/redis 5.1.6 as primary (no process memory); deleteMany for patterns';

/** Redis as the only tier: with its memory tier, and without sync, it would be stale by design. */
export async function open({ redisUrl, keys, ttlSeconds }) {
  const store = new KeyvRedis(redisUrl, { throwOnErrors: true, throwOnConnectError: true });
  const cache = new Cacheable({
    primary: new Keyv(store, { namespace: 'cacheable', useKeyPrefix: false }),
    nonBlocking: false,
  });
  cache.on('error', () => undefined);
  return {
    get: (key, load) =>
      cache.getOrSet(key, load, { ttl: ttlSeconds * 1_000, throwErrors: true, cacheErrors: false }),
    invalidateKey: async (key) => {
      await cache.delete(key);
    },
    invalidatePattern: async (pattern) => {
      const literal = pattern.slice(0, -1);
      await cache.deleteMany(keys.filter((key) => key.startsWith(literal)));
    },
    clear: () => cache.clear(),
    close: () => cache.disconnect(),
  };
}
