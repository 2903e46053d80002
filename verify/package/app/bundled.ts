/** What a serverless function has: one file, no packages beside it. */
import assert from 'node:assert/strict';
import { createCache, silentLog } from '@gad/cache/engine';

async function main(): Promise<void> {
  const url = process.env['REDIS_URL'] ?? '';
  const cache = createCache({ prefix: 'bundled:', redis: { url } }, silentLog);
  await cache.open();
  await cache.clear();
  let loads = 0;
  const load = (): number => ++loads;
  await cache.getOrSet('k', load, { ttl: 60 });
  assert.equal(await cache.getOrSet('k', load, { ttl: 60 }), 1);
  assert.equal(cache.storeKind, 'redis');
  assert.equal(await cache.delete('k'), 1);
  await cache.close();
  console.log('served by redis');
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
