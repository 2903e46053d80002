/** A program without NestJS: Fastify and the engine. Ends with 1 if an answer is not the cache's. */
import assert from 'node:assert/strict';
import fastify from 'fastify';
import { cacheKey, createCache, runWithCacheDeadline, silentLog } from '@gad/cache/engine';
import type { CacheModuleOptions } from '@gad/cache/engine';

async function main(): Promise<void> {
  const url = process.env['REDIS_URL'];
  const options: CacheModuleOptions = { prefix: 'plain:', ...(url && { redis: { url } }) };
  const cache = createCache(options, silentLog);
  await cache.open();
  await cache.clear();

  let reads = 0;
  const server = fastify();
  server.addHook('preHandler', (_request, _reply, done) => runWithCacheDeadline(done));
  server.get<{ Params: { id: string } }>('/products/:id', ({ params }) =>
    cache.getOrSet(cacheKey`product:${params.id}`, () => ({ id: params.id, read: ++reads }), {
      ttl: 60,
    }),
  );
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  const product = async (): Promise<unknown> => (await fetch(`${address}/products/7`)).json();

  assert.deepEqual(await product(), { id: '7', read: 1 });
  assert.deepEqual(await product(), { id: '7', read: 1 });
  assert.equal(await cache.invalidate('product:*'), true);
  assert.deepEqual(await product(), { id: '7', read: 2 });
  assert.equal(cache.storeKind, url === undefined ? 'memory' : 'redis');
  assert.equal((await cache.getStats()).local.hits, 1);
  await server.close();
  await cache.close();
  console.log(`served by ${cache.storeKind}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
