import { Logger } from '@nestjs/common';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { startPostgres, type PostgresServer } from '../../../test/servers/postgres-server.js';
import { startTcpProxy, type TcpProxy } from '../../../test/servers/tcp-proxy.js';
import { openPostgres } from '../src/database/postgres/open-postgres.js';
import { requestContext } from '../src/logging/request-context.js';
import type { PostgresDatabase } from '../src/database/postgres/postgres-database.js';
import { collectLeaks } from './support/leaks.js';
import { untilRecovered } from './support/until-recovered.js';

const BY_PROBE = {
  code: 'DATABASE_UNAVAILABLE',
  retryAfterSeconds: expect.any(Number),
  cause: expect.objectContaining({ message: 'no answer within 1000 ms' }),
};

describe('PostgreSQL behind a network in trouble', () => {
  let server: PostgresServer;
  let proxy: TcpProxy;
  let database: PostgresDatabase;
  let lines: string[];
  collectLeaks(() => server.stop());

  beforeAll(async () => {
    const note = (message: unknown) => {
      const request = requestContext.getStore()?.requestId ?? 'none';
      lines.push(`${String(message)} (for ${request})`);
    };
    Logger.overrideLogger({ log: note, warn: note, error: note });
    server = await startPostgres();
  });
  beforeEach(async () => {
    lines = [];
    proxy = await startTcpProxy(server.port);
    const url = new URL(server.url);
    url.port = String(proxy.port);
    database = await openPostgres(url.href, { poolSize: 4 });
  });
  afterEach(async () => {
    proxy.become({ kind: 'pass' });
    await database.close();
    await proxy.close();
  });

  const one = () => database.db.execute(sql`select 1 as one`);
  const many = (count: number) => Promise.allSettled(Array.from({ length: count }, one));

  it.each(['swallow', 'deaf'] as const)(
    'that is a black hole (%s): every caller is answered by the probe, one line is logged, and it is used again',
    async (kind) => {
      await many(4);
      lines = [];
      for (let episode = 1; episode <= 2; episode += 1) {
        proxy.become({ kind });
        const requests = (count: number) =>
          requestContext.run({ requestId: 'caller' }, () => many(count));
        for (const round of [await requests(12), await requests(50)]) {
          for (const result of round) {
            expect(result).toMatchObject({ status: 'rejected', reason: BY_PROBE });
          }
        }
        await expect(database.ping()).rejects.toMatchObject(BY_PROBE);
        expect(lines.filter((line) => line.includes('does not answer'))).toHaveLength(episode);
        proxy.become({ kind: 'pass' });
        await untilRecovered(database);
        expect((await many(12)).filter(({ status }) => status === 'rejected')).toEqual([]);
        expect(lines.filter((line) => line.includes('answers again'))).toHaveLength(episode);
      }
      // Outside of every request: the line is about all of them.
      expect(lines.filter((line) => line.endsWith('(for none)'))).toHaveLength(4);
      expect(lines).toHaveLength(4);
    },
  );

  it('connections that the network forgot answer their waiters, and are not used again', async () => {
    await many(4);
    lines = [];
    proxy.forget();
    const cut = await many(2);
    for (const result of cut) {
      expect(result).toMatchObject({
        reason: {
          code: 'DATABASE_UNAVAILABLE',
          cause: { message: 'the server knows nothing of this connection' },
        },
      });
    }
    expect((await many(12)).filter(({ status }) => status === 'rejected')).toEqual([]);
    expect(lines).toEqual([
      expect.stringMatching(/does not answer: the server knows nothing/),
      expect.stringMatching(/answers again/),
    ]);
  });

  it('a transaction that rests beside a slow statement is left alone on a sound network', async () => {
    // Begun here and now: otherwise a statement begins with its first await.
    const slow = Promise.resolve(database.db.execute(sql`select 1 as one from pg_sleep(2.5)`));
    const rested = database.transaction(async (tx) => {
      await tx.execute(sql`select 1`);
      await slow;
      return tx.execute(sql`select 2 as two`);
    });
    expect(await slow).toMatchObject({ rows: [{ one: 1 }] });
    expect(await rested).toMatchObject({ rows: [{ two: 2 }] });
    expect(lines.filter((line) => line.includes('does not answer'))).toEqual([]);
  });

  it('a silent PostgreSQL is asked for no connection, as refused ones would fill its backlog', async () => {
    await many(4);
    proxy.become({ kind: 'swallow' });
    await many(4);
    const before = proxy.accepted;
    const begun = performance.now();
    for (let round = 0; round < 20; round += 1) {
      await many(10);
      await database.transaction(() => Promise.resolve()).catch(() => undefined);
      await database.ping().catch(() => undefined);
    }
    // 240 were refused meanwhile; the probes come once in a quarter of a second at most.
    const probes = Math.ceil((performance.now() - begun) / 250);
    expect(proxy.accepted - before).toBeLessThan(5 + probes);
  });
});
