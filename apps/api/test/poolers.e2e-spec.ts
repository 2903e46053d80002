import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { readAppConfig } from '../src/config/app-config.js';
import { startPgBouncer, type PgBouncer } from '../../../test/servers/pgbouncer-server.js';
import { startPostgres, type PostgresServer } from '../../../test/servers/postgres-server.js';
import { onConnection } from '../src/database/postgres/migrate-postgres.js';
import { openPostgres } from '../src/database/postgres/open-postgres.js';
import type { PostgresDatabase } from '../src/database/postgres/postgres-database.js';
import { makeOutbox, type Outbox } from '../src/events/outbox/outbox.js';

describe.each(['transaction', 'session'] as const)('A pooler in %s mode', (mode) => {
  let server: PostgresServer;
  let pooler: PgBouncer;
  let database: PostgresDatabase;

  beforeAll(async () => {
    server = await startPostgres();
    await server.createDatabase('gad');
    pooler = await startPgBouncer({ serverUrl: server.url, mode });
    const url = new URL(pooler.url);
    url.pathname = '/gad';
    database = await openPostgres(url.href, { poolSize: 8 });
  });
  afterAll(async () => {
    await database.close();
    await pooler.stop();
    await server.stop();
  });

  it('a pooler is detected at the start', () => {
    expect(database.pooled).toBe(true);
  });

  it('a pooler serves statements that have names, on whichever server connection they land', async () => {
    const named = database.db.select({ one: sql`1` }).from(sql`generate_series(1, 1)`);
    const statement = named.prepare('a_name');
    const round = () => Promise.all(Array.from({ length: 24 }, () => statement.execute({})));
    for (const rows of [...(await round()), ...(await round())]) expect(rows).toEqual([{ one: 1 }]);
  });

  it.each(['by itself', 'in a transaction'])(
    'a pooler keeps our settings with each statement %s',
    async (how) => {
      await database.db.execute(sql.raw(`alter database gad set timezone = 'Asia/Kathmandu'`));
      const settings = sql`select current_setting('timezone') as zone, current_setting('statement_timeout') as "timeout"`;
      const runs = Array.from({ length: 24 }, () =>
        how === 'by itself'
          ? database.db.execute(settings)
          : database.transaction((tx) => tx.execute(settings)),
      );
      for (const { rows } of await Promise.all(runs)) {
        expect(rows).toEqual([{ zone: 'UTC', timeout: '5s' }]);
      }
    },
  );

  it('a pooler leaves no setting behind for the other clients of the pooler', async () => {
    await database.db.execute(sql`select 1`);
    const seen = await onConnection(pooler.url.replace(/postgres$/, 'gad'), (client) =>
      client.query(`select current_setting('statement_timeout') as timeout`),
    );
    expect(seen.rows).toEqual([{ timeout: '0' }]);
  });
});

describe('The log of events and a pooler', () => {
  let server: PostgresServer;
  let pooler: PgBouncer;
  let pooled: PostgresDatabase;
  let direct: PostgresDatabase;

  beforeAll(async () => {
    server = await startPostgres();
    pooler = await startPgBouncer({ serverUrl: server.url, mode: 'transaction' });
    pooled = await openPostgres(pooler.url, { poolSize: 4 });
    direct = await openPostgres(server.url, { poolSize: 4 });
  });
  afterAll(async () => {
    await Promise.all([pooled.close(), direct.close()]);
    await pooler.stop();
    await server.stop();
  });

  const open = async (database: PostgresDatabase, variables: Record<string, string>) =>
    makeOutbox(readAppConfig(variables), database);

  const servesFromItsOwnMemory = (outbox: Outbox): Promise<void> =>
    outbox
      .invalidationLog(() => [])
      .open({ shared: false, afterCommit: () => false, warn: () => undefined });

  it('the outbox listens past the pooler where DATABASE_DIRECT_URL leads', async () => {
    const listening = await open(pooled, {
      DATABASE_URL: pooler.url,
      DATABASE_DIRECT_URL: server.url,
      REDIS_HOST: 'unused',
    });
    const woken = new Promise<void>((resolve) => listening.onAppend(resolve));
    await listening.now();
    const polling = await open(pooled, { DATABASE_URL: pooler.url, REDIS_HOST: 'unused' });
    polling.appended();
    await woken;
    await Promise.all([listening.close(), polling.close()]);
  });

  it('the outbox counts a process behind a pooler, which holds no lock, before that serves', async () => {
    const alone = await open(direct, { DATABASE_URL: server.url });
    const polling = await open(pooled, { DATABASE_URL: pooler.url });
    for (const outbox of [alone, polling]) await servesFromItsOwnMemory(outbox);
    const counts = async (): Promise<boolean> => {
      await alone.read(undefined);
      return alone.isSoleInstance(0);
    };
    while (!(await counts()));
    await polling.read(undefined);
    expect(await counts()).toBe(false);
    expect(polling.isSoleInstance(0)).toBe(false);
    await Promise.all([alone.close(), polling.close()]);
  });
});
