import KeyvRedis from '@keyv/redis';
import { createCache } from 'cache-manager';
import { Keyv } from 'keyv';

export const settings =
  'cache-manager 7.2.9 (what @nestjs/cache-manager hands out), wrap on @keyv/redis 5.1.6; mdel for patterns';

export async function open({ redisUrl, keys, ttlSeconds }) {
  const store = new KeyvRedis(redisUrl, { throwOnErrors: true, throwOnConnectError: true });
  const cache = createCache({
    stores: [new Keyv(store, { namespace: 'cache-manager', useKeyPrefix: false })],
    ttl: ttlSeconds * 1_000,
  });
  cache.on('error', () => undefined);
  return {
    get: (key, load) => cache.wrap(key, load),
    invalidateKey: async (key) => {
      await cache.del(key);
    },
    invalidatePattern: async (pattern) => {
      const literal = pattern.slice(0, -1);
      await cache.mdel(keys.filter((key) => key.startsWith(literal)));
    },
    clear: async () => {
      await cache.clear();
    },
    close: () => cache.disconnect(),
  };
}
