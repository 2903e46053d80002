/**
 * A small application as another team writes one: Express, TypeORM, a cache in Redis. With `outbox` its
 * writes go through the outbox; without, they only invalidate.
 *
 * `PUT …?die` ends the process by SIGKILL between the commit and the removal.
 */
import express from 'express';
import { DataSource, EntitySchema, type EntityManager } from 'typeorm';
import { cacheKey, createCache, silentLog } from '@gad/cache/engine';
import { invalidateAfterCommit } from '@gad/cache/transactions';
import { PostgresOutbox, typeOrm } from '@gad/cache-postgres';
import type { AppSettings } from './app-process.js';

interface Price {
  readonly id: number;
  readonly n: number;
}

interface PriceChanged {
  readonly name: 'price.changed';
  readonly data: { readonly id: number };
}

const Prices = new EntitySchema<Price>({
  name: 'prices',
  columns: { id: { type: Number, primary: true }, n: { type: Number } },
});
const keyOf = (id: number) => cacheKey`price:${id}`;

const settings = JSON.parse(process.argv[2] ?? '') as AppSettings; // of the harness
const url = settings.databaseUrl;
const source = await new DataSource({ type: 'postgres', url, entities: [Prices] }).initialize();
let dies = false;
dieAfterCommits();
invalidateAfterCommit(source.manager, 'transaction');
const outbox = new PostgresOutbox<EntityManager, PriceChanged>({ connection: url, via: typeOrm });
const invalidationLog = outbox.invalidationLog(({ data }) => [keyOf(data.id)]);
const cache = createCache(
  {
    ...{ redis: settings.redisUrl, prefix: 'shop:', deadlineMs: 500 },
    ...(settings.outbox ? { invalidationLog } : {}),
  },
  silentLog,
);
await cache.open();

const app = express();
app.get('/prices/:id', async ({ params }, response) => {
  const id = Number(params.id);
  let hit = true;
  const price = await cache.getOrSet(
    keyOf(id),
    () => {
      hit = false;
      return source.getRepository(Prices).findOneByOrFail({ id });
    },
    { ttl: 3_600 },
  );
  response.json({ ...price, hit });
});
app.put('/prices/:id/:n', async ({ params, query }, response) => {
  const [id, n] = [Number(params.id), Number(params.n)];
  dies = 'die' in query;
  await source.transaction(async (tx) => {
    await tx.update(Prices, { id }, { n });
    if (settings.outbox) await outbox.record(tx, { name: 'price.changed', data: { id } });
    else await cache.invalidate(keyOf(id));
  });
  response.json({ id, n });
});
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' ? address?.port : undefined);
});

/** Before the cache learns of a commit: what happens to a process that is killed at that moment. */
function dieAfterCommits(): void {
  const { manager } = source;
  const transaction = manager.transaction.bind(manager) as (...args: unknown[]) => Promise<unknown>;
  const dying = async (...args: unknown[]): Promise<unknown> => {
    const result = await transaction(...args);
    if (dies) process.kill(process.pid, 'SIGKILL');
    return result;
  };
  Object.assign(manager, { transaction: dying });
}
