import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis';

/** How its documentation recommends to connect where Redis may be slow. */
const CONNECTION = { maxRetriesPerRequest: 1, commandTimeout: 5_000 };

/**
 * bentocache over one Redis. It has no patterns: keys are removed by name, or by the tag of their
 * group where `tags` is set.
 */
export async function openBentocache(
  { redisUrl, keys, ttlSeconds },
  { localTier = false, tags = false },
) {
  const { hostname, port } = new URL(redisUrl);
  const connection = { host: hostname, port: Number(port), ...CONNECTION };
  let store = bentostore();
  if (localTier) store = store.useL1Layer(memoryDriver({ maxItems: 10_000 }));
  store = store.useL2Layer(redisDriver({ connection }));
  if (localTier) store = store.useBus(redisBusDriver({ connection }));
  const cache = new BentoCache({ default: 'main', stores: { main: store } });
  // The bus subscribes with the first call; without this the first messages would be missed.
  await cache.get({ key: 'warm-up' });
  return {
    get: (key, load) =>
      cache.getOrSet({
        key,
        ttl: `${ttlSeconds}s`,
        factory: load,
        ...(tags ? { tags: [groupOf(key)] } : {}),
      }),
    invalidateKey: async (key) => {
      await cache.delete({ key });
    },
    invalidatePattern: async (pattern) => {
      if (tags) await cache.deleteByTag({ tags: [groupOf(pattern)] });
      else {
        const literal = pattern.slice(0, -1);
        await cache.deleteMany({ keys: keys.filter((key) => key.startsWith(literal)) });
      }
    },
    clear: () => cache.clear(),
    close: () => cache.disconnectAll(),
  };
}

/** `stats:user:2` of `stats:user:2:days:30` and of `stats:user:2:*`. */
function groupOf(key) {
  return key.split(':').slice(0, 3).join(':');
}
