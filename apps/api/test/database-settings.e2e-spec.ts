import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import pg from 'pg';
import { startPgBouncer } from '../../../test/servers/pgbouncer-server.js';
import { startPostgres, type PostgresServer } from '../../../test/servers/postgres-server.js';
import { Database } from '../src/database/database.js';
import { openPostgres } from '../src/database/postgres/open-postgres.js';
import { tareaBody } from './support/new-tarea.js';
import { TestApi } from './support/api.js';

/** Settings of the database that must change no answer: every new connection has them. */
const SETTINGS = [
  `timezone = 'America/Argentina/Buenos_Aires'`,
  `datestyle = 'SQL, DMY'`,
  `intervalstyle = 'sql_standard'`,
  `extra_float_digits = '-15'`,
  `standard_conforming_strings = off`,
  `client_encoding = 'LATIN1'`,
  `default_transaction_isolation = 'serializable'`,
  `lock_timeout = '1ms'`,
  `idle_session_timeout = '50s'`,
];

/** Written past the API, or by versions that accepted more. */
const ROWS = ['infinity', '-infinity', '0044-03-15 BC', '1900-01-01', '123456-01-01'];

describe.each(['direct', 'transaction', 'session'] as const)(
  'A database with a local time zone and styles (%s)',
  (way) => {
    let server: PostgresServer;
    let api: TestApi;
    let stop: (() => Promise<void>) | undefined;
    let direct: string;

    beforeAll(async () => {
      server = await startPostgres();
      direct = await server.createDatabase('local');
      await run(direct, ...SETTINGS.map((setting) => `alter database local set ${setting}`));
      let url = direct;
      if (way !== 'direct') {
        const pooler = await startPgBouncer({ serverUrl: server.url, mode: way });
        stop = () => pooler.stop();
        url = pooler.through(direct);
      }
      api = await TestApi.start('embedded', { DATABASE_URL: url });
    });
    afterAll(async () => {
      await api.stop();
      await stop?.();
      await server.stop();
    });

    it.each([
      ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
      ['2026-03-04T05:06:07.089Z', '2026-03-04T05:06:07.089Z'],
      ['2026-03-04T05:06:07-03:00', '2026-03-04T08:06:07.000Z'],
      ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
    ])('a database with a local time zone answers %s as it was sent', async (sent, expected) => {
      const body = tareaBody({ inicio_programado: sent });
      const made = await api.post('/tareas', { as: 'supervisor', body });
      expect(made).toMatchObject({ status: 201, body: { inicio_programado: expected } });
      const path = `/tareas/${String(made.body.id)}`;
      expect((await api.get(path, { as: 'supervisor' })).body.inicio_programado).toBe(expected);
    });

    it.each([
      '1900-01-01',
      '1969-12-31T23:59:59.999Z',
      '1970-01-01T00:00:00+03:00',
      '9999-12-31T23:59:59.999-03:00',
      '0001-01-01',
    ])('a database with a local time zone refuses %s before anything is written', async (sent) => {
      const count = async () => (await rows(direct, 'select count(*)::int as n from tareas'))[0];
      const before = await count();
      for (const member of ['inicio_programado', 'fin_programado']) {
        const body = tareaBody({ [member]: sent });
        const refused = await api.post('/tareas', { as: 'supervisor', body });
        expect(refused).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
      }
      expect(await count()).toEqual(before);
    });

    it.each(ROWS)(
      'a database with a local time zone lists, shows, counts and changes a tarea of %s',
      async (instant) => {
        const made = await api.post('/tareas', { as: 'supervisor', body: tareaBody() });
        const id = Number(made.body.id);
        await run(
          direct,
          `update tareas set inicio_programado = '${instant}', fin_programado = null,
           inicio_real = '${instant}', fin_real = '${instant}', estado = 'en_curso' where id = ${String(id)}`,
        );
        const shown = await api.get(`/tareas/${String(id)}`, { as: 'supervisor' });
        expect(shown.status).toBe(200);
        expect(shown.body.inicio_programado).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        expect((await api.get('/tareas', { as: 'supervisor' })).status).toBe(200);
        const body = { estado: 'finalizada' };
        const moved = await api.patch(`/tareas/${String(id)}`, { as: 'supervisor', body });
        expect(moved.status).toBe(200);
        const statistics = await api.get('/stats/user/2?use_cache=false', { as: 'supervisor' });
        expect(statistics.status).toBe(200);
        expect((await api.delete(`/tareas/${String(id)}`, { as: 'supervisor' })).status).toBe(204);
      },
    );

    it('a database with a short lock_timeout lets a change wait for another one', async () => {
      const made = await api.post('/tareas', { as: 'supervisor', body: tareaBody() });
      const path = `/tareas/${String(made.body.id)}`;
      const other = new pg.Client(direct);
      await other.connect();
      await other.query(`begin; select from tareas where id = ${String(made.body.id)} for update`);
      const changed = api.patch(path, { as: 'supervisor', body: { prioridad: 1 } });
      const waits = `select from pg_stat_activity where datname = 'local' and wait_event_type = 'Lock'`;
      const ended = changed.then(() => true);
      while ((await rows(server.url, waits)).length === 0) {
        if (await Promise.race([ended, setImmediate(false)])) break;
      }
      await other.query('rollback');
      await other.end();
      expect(await changed).toMatchObject({ status: 200, body: { prioridad: 1 } });
    });

    it('a database that ends idle sessions leaves those of the API open', async () => {
      const shown = sql`select current_setting('idle_session_timeout', true) as idle`;
      const { rows: found } = await api.app.get(Database).db.execute(shown);
      // A pooler has sessions of its own; it makes new ones when they end.
      expect(found).toEqual([{ idle: way === 'direct' ? '0' : '50s' }]);
    });

    it('a database with a local time zone computes the same statistics', async () => {
      const { body } = await api.get('/stats/user/2?use_cache=false', { as: 'usuario' });
      expect(body).toMatchObject({ promedio_duracion_horas: 4.5, completadas: 30 });
    });

    it('a database with a local time zone keeps text beyond the encoding that a client would get', async () => {
      const body = tareaBody({ titulo: 'ñandú ✓ \u{1F600}' });
      const made = await api.post('/tareas', { as: 'supervisor', body });
      expect(made.body.titulo).toBe(body['titulo']);
    });
  },
);

it('the API refuses a database that is not UTF-8 in one sentence', async () => {
  const server = await startPostgres();
  try {
    await run(server.url, `create database old encoding 'LATIN1' template template0`);
    const url = server.url.replace(/postgres$/, 'old');
    await expect(openPostgres(url, { poolSize: 1 })).rejects.toThrow(
      /^DATABASE_URL names 127\.0\.0\.1:\d+\/old, whose encoding is LATIN1 and must be UTF8: .*\.$/,
    );
  } finally {
    await server.stop();
  }
});

async function run(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

async function rows(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client(url);
  await client.connect();
  const result = await client.query<Record<string, unknown>>(statement);
  await client.end();
  return result.rows;
}
