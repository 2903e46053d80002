/**
 * Starts the application on Express or Fastify, asks it over HTTP, and ends with 1 if an answer is
 * not the cache's. `PLATFORM`: `express` or `fastify`; `REDIS_URL`: default, an in-process store.
 */
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { NestFactory } from '@nestjs/core';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { CacheService } from '@gad/cache';
import { ProductsModule } from './products.js';

async function adapter(): Promise<AbstractHttpAdapter> {
  if (process.env['PLATFORM'] === 'fastify') {
    return new (await import('@nestjs/platform-fastify')).FastifyAdapter();
  }
  return new (await import('@nestjs/platform-express')).ExpressAdapter();
}

async function main(): Promise<void> {
  const module = ProductsModule.with(process.env['REDIS_URL']);
  const app = await NestFactory.create(module, await adapter(), { logger: ['warn', 'error'] });
  await app.listen(0, '127.0.0.1');
  const url = (await app.getUrl()).replace('[::1]', '127.0.0.1');
  const card = async (): Promise<unknown> => (await fetch(`${url}/products/7/card`)).json();

  const cache = app.get(CacheService);
  await cache.clear();
  assert.deepEqual(await card(), { card: { id: 7, price: 10 }, reads: 1 });
  assert.deepEqual(await card(), { card: { id: 7, price: 10 }, reads: 1 });
  const put = await fetch(`${url}/products/7/99`, { method: 'PUT' });
  assert.equal(put.status, 200);
  assert.deepEqual(await card(), { card: { id: 7, price: 99 }, reads: 2 });
  assert.equal((await fetch(`${url}/products/x/card`)).status, 400);

  const { hits, misses } = (await cache.getStats()).local;
  assert.deepEqual({ hits, misses }, { hits: 1, misses: 5 });
  const kind = process.env['REDIS_URL'] === undefined ? 'memory' : 'redis';
  assert.equal(cache.storeKind, kind);
  assert.equal(cache.connected, true);
  await app.close();
  console.log(`served by ${kind}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
