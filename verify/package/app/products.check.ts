import 'reflect-metadata';
import assert from 'node:assert/strict';
import { Test } from '@nestjs/testing';
import { CacheService, CacheUnavailableError } from '@gad/cache';
import { CacheTesting, CacheTestingModule } from '@gad/cache/testing';
import { Products, ProductsModule } from './products.js';

// Of Jest and of Vitest.
declare const test: (title: string, run: () => Promise<void>) => void;

test('a cached method reads once, and again after its invalidation', async () => {
  const app = await Test.createTestingModule({
    imports: [ProductsModule, CacheTestingModule.forRoot()],
  }).compile();
  await app.init();
  const products = app.get(Products);
  const { calls } = app.get(CacheTesting);
  await products.find(1);
  assert.deepEqual(await products.find(1), { id: 1, price: 10 });
  assert.equal(products.reads, 1);
  await products.reprice(1, 99);
  assert.deepEqual(await products.find(1), { id: 1, price: 99 });
  assert.equal(products.reads, 2);
  assert.ok(calls.count() > 0);
  await app.close();
});

test('a store that is unavailable fails removals with the class that the front door exports', async () => {
  const app = await Test.createTestingModule({
    imports: [ProductsModule, CacheTestingModule.forRoot()],
  }).compile();
  await app.init();
  app.get(CacheTesting).faults.disconnect();
  await assert.rejects(app.get(CacheService).delete('product:1'), CacheUnavailableError);
  assert.deepEqual(await app.get(Products).find(1), { id: 1, price: 10 });
  await app.close();
});
