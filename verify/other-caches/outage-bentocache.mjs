import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { redisDriver } from 'bentocache/drivers/redis';

export const settings =
  'bentocache 1.6.1 on ioredis 5.11.1, tuned: maxRetriesPerRequest 1, commandTimeout 500 ms, l2CircuitBreakerDuration 5 s, grace';

export async function open({ redisUrl, ttlSeconds }) {
  const { hostname, port } = new URL(redisUrl);
  const connection = {
    host: hostname,
    port: Number(port),
    maxRetriesPerRequest: 1,
    commandTimeout: 500,
  };
  const store = bentostore()
    .useL1Layer(memoryDriver({ maxItems: 10_000 }))
    .useL2Layer(redisDriver({ connection }));
  const cache = new BentoCache({
    default: 'main',
    stores: { main: store },
    l2CircuitBreakerDuration: '5s',
    grace: '10s',
  });
  return {
    get: (key, load) => cache.getOrSet({ key, ttl: `${ttlSeconds}s`, factory: load }),
  };
}
