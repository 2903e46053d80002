import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startPostgres, type PostgresServer } from '../../../test/servers/postgres-server.js';
import { TestApi } from './support/api.js';
import { startApiProcess } from './support/api-process.js';
import { expectProblem } from './support/expect-problem.js';
import { tareaBody } from './support/new-tarea.js';

/** What an operator does to the database, and what undoes it. */
interface Case {
  readonly breaks: readonly string[];
  readonly mends: readonly string[];
  readonly detail: RegExp;
}

const fullDisk = `create function no_room() returns trigger language plpgsql as $$ begin
  raise exception 'could not extend file "base/1/2"' using errcode = '53100'; end $$`;

const CASES: Record<string, Case> = {
  'has a full disk': {
    breaks: [
      fullDisk,
      'create trigger full_disk before insert on tareas execute function no_room()',
    ],
    mends: ['drop trigger full_disk on tareas', 'drop function no_room'],
    detail: /disk is full/,
  },
  'is read-only': {
    breaks: ['alter system set default_transaction_read_only = on', 'select pg_reload_conf()'],
    mends: [
      'set default_transaction_read_only = off',
      'alter system reset default_transaction_read_only',
      'select pg_reload_conf()',
    ],
    detail: /is read-only/,
  },
  'revokes a privilege': {
    breaks: ['revoke insert on tareas from app'],
    mends: ['grant insert on tareas to app'],
    detail: /refuses the API a privilege/,
  },
};

describe('A database that answers, and takes no writes', () => {
  let server: PostgresServer;
  let api: TestApi;
  beforeAll(async () => {
    server = await startPostgres();
    await run('create role app login', 'grant create on database postgres to app');
    await run('grant usage, create on schema public to app');
    const DATABASE_URL = server.url.replace('postgres@', 'app@');
    api = await TestApi.start('embedded', { DATABASE_URL });
    // Else the owner of the tables has every privilege.
    await run('reassign owned by app to postgres');
    await run('grant select, insert, update, delete on all tables in schema public to app');
    await run(
      'grant usage on schema drizzle to app',
      'grant select on drizzle.__drizzle_migrations to app',
    );
  });
  afterAll(async () => {
    await api.stop();
    await server.stop();
  });

  async function run(...statements: readonly string[]): Promise<void> {
    const client = new pg.Client(server.url);
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  }

  const write = () => api.post('/tareas', { as: 'supervisor', body: tareaBody() });
  const lines = () =>
    api.log.filter((line) => line.includes('"context":"Database"') && line.includes('"warn"'));

  it.each(Object.entries(CASES))(
    'a database that answers, and takes no writes because it %s',
    async (_title, { breaks, mends, detail }) => {
      expect((await write()).status).toBe(201);
      const before = lines().length;
      await run(...breaks);
      for (let round = 0; round < 3; round += 1) {
        const refused = await write();
        expectProblem(refused, 503, 'DATABASE_UNAVAILABLE');
        expect(refused.body.detail).toMatch(detail);
        expect((await api.get('/tareas', { as: 'supervisor' })).status).toBe(200);
        const health = await api.get('//health/ready');
        expectProblem(health, 503, 'DATABASE_UNAVAILABLE');
        expect(health.body.detail).toMatch(detail);
      }
      expect(lines().length).toBe(before + 1);
      await run(...mends);
      // Connections that were open keep the setting that they were given for a moment.
      while ((await write()).status !== 201);
      expect((await api.get('//health/ready')).status).toBe(200);
      expect(api.log.some((line) => line.includes('takes writes again'))).toBe(true);
    },
  );
});

it('A process whose clock differs from the database says so in health and log', async () => {
  const server = await startPostgres();
  try {
    const api = await startApiProcess(
      { DATABASE_URL: server.url },
      { preload: './apps/api/test/support/late-clock.ts' },
    );
    try {
      const health = await fetch(`${api.url}/health/ready`);
      expect(health.status).toBe(200);
      expect(await health.json()).toMatchObject({
        status: 'degraded',
        details: {
          database: {
            status: 'degraded',
            clock: expect.stringMatching(/clock is \d+\.\d s behind the database's/),
          },
        },
      });
      expect(api.output.match(/clock is \d+\.\d s behind/g)).toHaveLength(1);
    } finally {
      await api.dispose();
    }
  } finally {
    await server.stop();
  }
});
