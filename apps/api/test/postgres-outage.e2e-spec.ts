import { readdirSync } from 'node:fs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { freePort } from '../../../test/servers/ports.js';
import { startPostgres, type PostgresServer } from '../../../test/servers/postgres-server.js';
import { ConfigurationError } from '../src/config/parse-environment.js';
import { MIGRATIONS_FOLDER } from '../src/database/migrations-folder.js';
import { openPostgres } from '../src/database/postgres/open-postgres.js';
import type { PostgresDatabase } from '../src/database/postgres/postgres-database.js';
import { Gate } from './support/gate.js';
import { collectLeaks } from './support/leaks.js';
import { untilRecovered } from './support/until-recovered.js';

const MIGRATIONS = readdirSync(MIGRATIONS_FOLDER).filter((name) => name.endsWith('.sql')).length;

const UNAVAILABLE = {
  code: 'DATABASE_UNAVAILABLE',
  status: 503,
  retryAfterSeconds: expect.any(Number),
};

/** The pool's own bounds say it in other words. */
const BY_PROBE = {
  ...UNAVAILABLE,
  cause: expect.objectContaining({ message: 'no answer within 1000 ms' }),
};

describe('PostgreSQL in trouble', () => {
  let server: PostgresServer;
  let database: PostgresDatabase;
  collectLeaks(() => server.stop());

  beforeAll(async () => {
    server = await startPostgres({ config: { max_connections: '20' } });
  });
  beforeEach(async () => {
    database = await openPostgres(server.url, { poolSize: 2 });
  });
  afterEach(async () => {
    await server.kill('SIGCONT');
    await database.close();
  });

  const one = () => database.db.execute(sql`select 1 as one`);

  it('a PostgreSQL that is unavailable is answered with 503, and used again when it is back', async () => {
    await one();
    await server.kill('SIGKILL');
    await expect(one()).rejects.toMatchObject(UNAVAILABLE);
    await expect(database.ping()).rejects.toMatchObject(UNAVAILABLE);
    await expect(database.transaction((tx) => tx.execute(sql`select 1`))).rejects.toMatchObject(
      UNAVAILABLE,
    );
    await server.restart();
    await untilRecovered(database);
    await expect(database.ping()).resolves.toBeUndefined();
  });

  it('the API survives a PostgreSQL server that dies inside a transaction, and leaks no connection', async () => {
    for (let round = 0; round < 3; round += 1) {
      const started = new Gate();
      const killed = new Gate();
      const transactions = Array.from({ length: 2 }, () =>
        database.transaction(async (tx) => {
          await tx.execute(sql`select 1`);
          started.open();
          await killed.opened;
          await tx.execute(sql`select 2`);
        }),
      );
      const results = Promise.allSettled(transactions);
      await started.opened;
      await server.kill('SIGKILL');
      killed.open();
      for (const result of await results) {
        expect(result).toMatchObject({ status: 'rejected', reason: UNAVAILABLE });
      }
      await server.restart();
      await untilRecovered(database);
    }
  });

  it('the API keeps the error of a transaction whose connection is lost afterwards', async () => {
    const reason = new Error('no such thing');
    const attempt = database.transaction(async (tx) => {
      await tx.execute(sql`select 1`);
      await server.kill('SIGKILL');
      throw reason;
    });
    await expect(attempt).rejects.toBe(reason);
    await server.restart();
    await untilRecovered(database);
  });

  it('the API gives a frozen server up by a probe, long before its statements would end, then uses it again', async () => {
    await one();
    await server.kill('SIGSTOP');
    // More than the pool holds: some wait for an answer, some for a connection.
    const attempts = await Promise.allSettled([
      ...[one(), one(), one()],
      database.transaction((tx) => tx.execute(sql`select 1`)),
    ]);
    for (const attempt of attempts) {
      expect(attempt).toMatchObject({ status: 'rejected', reason: BY_PROBE });
    }
    // The circuit is open: nothing is sent, so nothing is waited for.
    for (const attempt of [one(), database.ping(), database.transaction(one)]) {
      await expect(attempt).rejects.toMatchObject(BY_PROBE);
    }
    await server.kill('SIGCONT');
    await untilRecovered(database);
  });

  it('the API sends nothing late of what was queued behind a frozen server', async () => {
    await database.db.execute(sql`create table late (n int)`);
    await Promise.all([one(), one()]);
    await server.kill('SIGSTOP');
    const inserts = Array.from({ length: 8 }, (_, n) =>
      database.db.execute(sql`insert into late values (${n})`),
    );
    for (const insert of await Promise.allSettled(inserts)) expect(insert.status).toBe('rejected');
    await server.kill('SIGCONT');
    await untilRecovered(database);
    const { rows } = await database.db.execute<{ n: number }>(sql`select n from late`);
    // The pool holds two connections: what was sent before the freeze was noticed is the server's.
    expect(rows.filter(({ n }) => n > 1)).toEqual([]);
  });

  it('the API lets a statement be slow while the server answers others or a probe', async () => {
    await expect(
      database.db.execute(sql`select 1 as one from pg_sleep(2.5)`),
    ).resolves.toMatchObject({ rows: [{ one: 1 }] });
  });

  it('the API closes in bounded time while the server is frozen', async () => {
    await one();
    await server.kill('SIGSTOP');
    await expect(database.close()).resolves.toBeUndefined();
  });

  it('the API answers 503 when every connection is taken for too long', async () => {
    const busy = new Gate();
    const holders = [1, 2].map(() => database.transaction(() => busy.opened));
    await expect(one()).rejects.toMatchObject(UNAVAILABLE);
    busy.open();
    await Promise.all(holders);
    await expect(one()).resolves.toMatchObject({ rows: [{ one: 1 }] });
  });

  it('the API stops a statement that takes too long', async () => {
    await expect(database.db.execute(sql`select pg_sleep(60)`)).rejects.toMatchObject(UNAVAILABLE);
    await expect(one()).resolves.toBeDefined();
  });

  it('the API answers 503 to the victim of a deadlock', async () => {
    await database.db.execute(sql`create table if not exists pair (id int primary key, n int)`);
    await database.db.execute(sql`insert into pair values (1, 0), (2, 0) on conflict do nothing`);
    const first = new Gate();
    const second = new Gate();
    const cross = (own: number, other: number, mine: Gate, theirs: Gate) =>
      database.transaction(async (tx) => {
        await tx.execute(sql`update pair set n = n + 1 where id = ${own}`);
        mine.open();
        await theirs.opened;
        await tx.execute(sql`update pair set n = n + 1 where id = ${other}`);
      });
    const results = await Promise.allSettled([
      cross(1, 2, first, second),
      cross(2, 1, second, first),
    ]);
    const rejected = results.filter((result) => result.status === 'rejected');
    expect(rejected).toEqual([
      { status: 'rejected', reason: expect.objectContaining(UNAVAILABLE) },
    ]);
  });

  describe('at the start', () => {
    it('at the start waits for a server that is still starting', async () => {
      await server.kill('SIGKILL');
      const opening = openPostgres(server.url, { poolSize: 1 });
      await server.restart();
      const opened = await opening;
      await expect(opened.ping()).resolves.toBeUndefined();
      await opened.close();
    });

    it('at the start stops with one sentence that names DATABASE_URL and keeps the password', async () => {
      const url = `postgres://root:geheim@127.0.0.1:${String(await freePort())}/gad`;
      const attempt = openPostgres(url, { poolSize: 1, retryForMs: 0 });
      await expect(attempt).rejects.toBeInstanceOf(ConfigurationError);
      await expect(attempt).rejects.toThrow(
        /^DATABASE_URL names 127\.0\.0\.1:\d+\/gad, which does not answer: the connection is refused/,
      );
      await expect(attempt).rejects.not.toThrow(/geheim/);
    });

    it.each([
      'postgres://root:geh#eim@host/gad',
      'postgres://root:geheim@host/gad?sslrootcert=/nowhere',
    ])(
      'at the start stops at once when the URL cannot be read, without repeating it: %s',
      async (url) => {
        const attempt = openPostgres(url, { poolSize: 1, retryForMs: Infinity });
        await expect(attempt).rejects.toThrow(/^DATABASE_URL cannot be read .+ percent-encoded\.$/);
        await expect(attempt).rejects.not.toThrow(/geh/);
      },
    );

    it('at the start does not wait for a database that does not exist', async () => {
      const url = new URL(server.url);
      url.pathname = '/nowhere';
      const attempt = openPostgres(url.href, { poolSize: 1, retryForMs: Infinity });
      await expect(attempt).rejects.toThrow(
        /has no such database \(database "nowhere" does not exist\)/,
      );
    });

    it('at the start lets eight processes migrate one empty database at once', async () => {
      const url = await server.createDatabase('migrated_by_eight');
      const all = await Promise.all(
        Array.from({ length: 8 }, () => openPostgres(url, { poolSize: 1 })),
      );
      const [first] = all;
      const applied = await first?.db.execute(
        sql`select count(*) as n from drizzle.__drizzle_migrations`,
      );
      expect(applied?.rows).toEqual([{ n: MIGRATIONS }]);
      await Promise.all(all.map((opened) => opened.close()));
    });
  });
});
