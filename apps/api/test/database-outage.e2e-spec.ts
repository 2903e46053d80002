import { beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startPostgres, type PostgresServer } from '../../../test/servers/postgres-server.js';
import { DEMO_PASSWORD, EMAILS, IDS, TestApi, type Answer } from './support/api.js';
import { expectProblem } from './support/expect-problem.js';
import { collectLeaks } from './support/leaks.js';

const POOL_SIZE = 4;

let server: PostgresServer;
let api: TestApi;
collectLeaks(async () => {
  await server.kill('SIGCONT');
  await api.stop();
  await server.stop();
});

beforeAll(async () => {
  server = await startPostgres();
  api = await TestApi.start('servers', {
    DATABASE_URL: server.url,
    DATABASE_POOL_SIZE: String(POOL_SIZE),
  });
  for (const role of ['admin', 'supervisor', 'usuario'] as const) await api.login(role);
});

/** One of every kind of route that needs the database. */
const everyKind = (): Promise<Answer>[] => [
  api.get('/auth/me', { as: 'usuario' }),
  api.get(`/stats/user/${IDS.usuario}?use_cache=false`, { as: 'usuario' }),
  api.get('/tareas', { as: 'usuario' }),
  api.get('/usuarios', { as: 'admin' }),
  api.patch(`/usuarios/${IDS.usuario}`, { as: 'admin', body: { telefono: '600000000' } }),
  api.get('/cache/stats', { as: 'admin' }),
  api.post('/auth/login', { body: { email: EMAILS.usuario, password: DEMO_PASSWORD } }),
  api.get('//health/ready'),
];

/** Served from the cache while its last proof of freshness lasts, and not after it. */
async function untilCachedAnswersEnd(): Promise<void> {
  for (;;) {
    const answer = await api.get(`/stats/user/${IDS.usuario}`, { as: 'usuario' });
    if (answer.status !== 200) return expectUnavailable(answer);
    expect(answer.body).toMatchObject({ _cache: { hit: true } });
  }
}

function expectUnavailable(answer: Answer): void {
  expectProblem(answer, 503, 'DATABASE_UNAVAILABLE');
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
}

/** Without a restart of the API. Sends one request at a time until the pool has recovered. */
async function untilRecovered(): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const answers = await Promise.all(everyKind());
    if (answers.every(({ status }) => status === 200)) return;
  }
  throw new Error('the API does not recover');
}

describe.each([
  { name: 'dead', strike: () => server.kill('SIGKILL'), heal: () => server.restart() },
  { name: 'frozen', strike: () => server.kill('SIGSTOP'), heal: () => server.kill('SIGCONT') },
])('with PostgreSQL $name', ({ strike, heal }) => {
  it('every route answers 503 with Retry-After, none hangs, and all recover', async () => {
    await untilRecovered();
    await strike();
    // Twice: with the connections that the outage broke, and with none.
    for (let round = 0; round < 2; round += 1) {
      for (const answer of await Promise.all(everyKind())) expectUnavailable(answer);
    }
    await untilCachedAnswersEnd();
    expect((await api.get('//health/live')).status).toBe(200);
    await heal();
    await untilRecovered();
  });
});

describe('with every connection of the pool taken', () => {
  it('with every connection taken requests answer 503 and do not wait for ever, and go on when one is free', async () => {
    await untilRecovered();
    const holder = new pg.Client({ connectionString: server.url });
    await holder.connect();
    await holder.query('begin');
    await holder.query('lock table tareas in access exclusive mode');
    // Each of these holds a connection, waiting for the lock.
    const blocked = Array.from({ length: POOL_SIZE }, () =>
      api.get(`/stats/user/${IDS.usuario}?use_cache=false`, { as: 'usuario' }),
    );
    while ((await waiting(holder)) < POOL_SIZE);
    expectUnavailable(await api.get('/auth/me', { as: 'usuario' }));
    await holder.query('rollback');
    await holder.end();
    for (const { status } of await Promise.all(blocked)) expect([200, 503]).toContain(status);
    await untilRecovered();
  });

  it('a statement that takes too long is stopped, by the server and not only for the caller', async () => {
    await untilRecovered();
    const holder = new pg.Client({ connectionString: server.url });
    await holder.connect();
    await holder.query('begin');
    await holder.query('lock table tareas in access exclusive mode');
    const slow = api.get(`/stats/user/${IDS.usuario}?use_cache=false`, { as: 'usuario' });
    expectUnavailable(await slow);
    expect(await waiting(holder)).toBe(0);
    await holder.query('rollback');
    await holder.end();
    await untilRecovered();
  });
});

async function waiting(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ n: number }>(
    `select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock'`,
  );
  return rows[0]?.n ?? 0;
}
