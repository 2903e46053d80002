/** A program with the outbox and node-postgres. Ends with 1 if a write is not removed. */
import assert from 'node:assert/strict';
import { Client } from 'pg';
import { createCache, silentLog } from '@gad/cache/engine';
import { inTransaction } from '@gad/cache/transactions';
import { outboxMigration, pg, PostgresOutbox } from '@gad/cache-postgres';

interface Changed {
  readonly name: 'changed';
  readonly data: { readonly id: number };
}

async function main(): Promise<void> {
  const connection = process.env['DATABASE_URL'] ?? '';
  const client = new Client(connection);
  await client.connect();
  await client.query(outboxMigration());
  const outbox = new PostgresOutbox<Client, Changed>({ connection, via: pg, prepared: true });
  const cache = createCache(
    {
      ...{ redis: process.env['REDIS_URL'], prefix: `outbox-${process.pid}:` },
      invalidationLog: outbox.invalidationLog(({ data }) => [`product:${data.id}`]),
    },
    silentLog,
  );
  await cache.open();
  const read = (): Promise<string> => cache.getOrSet('product:7', () => 'old', { ttl: 60 });
  await read();
  assert.equal(await cache.get('product:7'), 'old');
  const inDatabase = async (body: () => Promise<unknown>): Promise<unknown> => {
    await client.query('begin');
    const result = await body();
    await client.query('commit');
    return result;
  };
  await inTransaction(inDatabase, () =>
    outbox.record(client, { name: 'changed', data: { id: 7 } }),
  );
  assert.equal(await cache.get('product:7'), undefined);
  await cache.close();
  await client.end();
  console.log('recorded and removed');
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
