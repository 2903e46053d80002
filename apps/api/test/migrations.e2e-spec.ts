import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { ownDatabase } from '../../../test/servers/suite-servers.js';
import { TestApi } from './support/api.js';
import { tareaBody } from './support/new-tarea.js';

const FIXTURE = new URL('./fixtures/filled-by-1.0.0.sql', import.meta.url);

/** Every column that version 1.0.0 had, of every table but the log of migrations. */
const COLUMNS = `
  select table_name as name, string_agg(quote_ident(column_name), ', ' order by column_name) as columns
  from information_schema.columns where table_schema = 'public' group by table_name order by 1`;

describe('A database that version 1.0.0 filled', () => {
  let client: pg.Client;
  let api: TestApi;
  let before: Map<string, string[]>;

  /** Rows as text, by table, of the columns that were there at first. */
  async function contents(
    columns: readonly { name: string; columns: string }[],
  ): Promise<Map<string, string[]>> {
    const tables = new Map<string, string[]>();
    for (const { name, columns: list } of columns) {
      const { rows } = await client.query<{ row: string }>(
        `select row(${list})::text as row from ${name} order by 1`,
      );
      tables.set(
        name,
        rows.map(({ row }) => row),
      );
    }
    return tables;
  }

  beforeAll(async () => {
    const DATABASE_URL = await ownDatabase();
    const dump = new pg.Client(DATABASE_URL);
    await dump.connect();
    await dump.query(await readFile(FIXTURE, 'utf8'));
    await dump.end();
    client = new pg.Client(DATABASE_URL);
    await client.connect();
    const { rows: columns } = await client.query<{ name: string; columns: string }>(COLUMNS);
    before = await contents(columns);
    api = await TestApi.start('embedded', { DATABASE_URL, DEMO_DATA: 'false' });
    after = await contents(columns);
  });
  afterAll(async () => {
    await api.stop();
    await client.end();
  });
  let after: Map<string, string[]>;

  it('a database that version 1.0.0 filled is migrated without the loss of a row, or of a value that version 1.0.0 reads', () => {
    expect(before.size).toBeGreaterThan(0);
    for (const [table, rows] of before) {
      expect(rows.length).toBeGreaterThan(0);
      // What the migrations bring into one form is compared by name and not by value.
      if (table !== 'usuarios') expect(after.get(table)).toEqual(rows);
      expect(after.get(table)).toHaveLength(rows.length);
    }
  });

  it('a database that version 1.0.0 filled lets its usuarios in, and shows, counts and changes what they had', async () => {
    for (const role of ['admin', 'supervisor', 'usuario'] as const) {
      expect((await api.get('/auth/me', { as: role })).status).toBe(200);
    }
    const list = await api.get('/tareas?limit=100', { as: 'supervisor' });
    expect(list.status).toBe(200);
    expect(list.body.items).toHaveLength(16);
    const codigos = list.body.items.map(({ codigo }: { codigo: string }) => codigo);
    expect(codigos).toEqual(expect.arrayContaining(['VIEJA-1900', 'LEJANA-2999', 'DEMO-001']));
    const usuarios = await api.get('/usuarios?limit=100', { as: 'admin' });
    expect(usuarios.body.items).toHaveLength(5);
    const [old] = list.body.items.filter(
      ({ codigo }: { codigo: string }) => codigo === 'VIEJA-1900',
    );
    expect(old.inicio_programado).toBe('1900-01-01T00:00:00.000Z');
    const changed = await api.patch(`/tareas/${String(old.id)}`, {
      as: 'supervisor',
      body: { prioridad: 5, version: old.version },
    });
    expect(changed.status).toBe(200);
    const statistics = await api.get(
      `/stats/user/${String(old.delegado_usuario_id)}?use_cache=false`,
      {
        as: 'supervisor',
      },
    );
    expect(statistics.status).toBe(200);
    expect((await api.post('/tareas', { as: 'supervisor', body: tareaBody() })).status).toBe(201);
  });
});
