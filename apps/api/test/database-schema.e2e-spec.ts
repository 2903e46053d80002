import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { is, sql } from 'drizzle-orm';
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core';
import * as schema from '../src/database/schema.js';
import { DATABASES, type OwnDatabase } from './support/databases.js';

const TABLES = Object.values<unknown>(schema).flatMap((value) =>
  is(value, PgTable) ? [getTableConfig(value)] : [],
);

describe.each(DATABASES)('The migrated catalogue on $name', ({ open }) => {
  let own: OwnDatabase;
  beforeAll(async () => {
    own = await open();
  });
  afterAll(() => own.dispose());

  async function names(query: ReturnType<typeof sql>): Promise<unknown[]> {
    const { rows } = await own.database.db.execute<{ name: unknown }>(query);
    return rows.map(({ name }) => name);
  }

  it('the migrated catalogue has the tables of schema.ts and no others', async () => {
    expect(TABLES.length).toBeGreaterThan(0);
    const live = await names(
      sql`select tablename as name from pg_tables where schemaname = 'public'`,
    );
    expect(live.sort()).toEqual(TABLES.map(({ name }) => name).sort());
  });

  describe.each(TABLES)('$name', (table) => {
    it('a migrated table has the columns of schema.ts: names, types, nullability, identity, defaults', async () => {
      const { rows } = await own.database.db.execute(sql`
        select attname as name, format_type(atttypid, atttypmod) as type, attnotnull as "notNull",
          attidentity <> '' as identity, atthasdef as "hasDefault"
        from pg_attribute
        where attrelid = ${table.name}::regclass and attnum > 0 and not attisdropped
      `);
      const expected = table.columns.map((column) => ({
        name: column.name,
        type: column.getSQLType().replace(/^timestamp \((\d)\)/, 'timestamp($1)'),
        notNull: column.notNull,
        identity: column.generatedIdentity !== undefined,
        // PostgreSQL keeps what generates a column as its default.
        hasDefault: column.default !== undefined || column.generated !== undefined,
      }));
      expect(sorted(rows)).toEqual(sorted(expected));
    });

    it('a migrated table has the indexes and unique constraints of schema.ts', async () => {
      const live = await names(
        sql`select indexname as name from pg_indexes where tablename = ${table.name}`,
      );
      const expected = [
        ...table.indexes.map((index) => index.config.name),
        ...table.uniqueConstraints.map((constraint) => constraint.name),
        ...table.columns.filter((column) => column.isUnique).map((column) => column.uniqueName),
        `${table.name}_pkey`,
      ];
      expect(live.sort()).toEqual(expected.sort());
    });

    it('a migrated table has the check and foreign-key constraints of schema.ts', async () => {
      const live = await names(sql`
        select conname as name from pg_constraint
        where conrelid = ${table.name}::regclass and contype in ('c', 'f')
      `);
      const expected = [
        ...table.checks.map(({ name }) => name),
        ...table.foreignKeys.map((key) => key.getName()),
      ];
      expect(live.sort()).toEqual(expected.sort());
    });
  });

  it('the migrated catalogue accepts every value of the enumerations and refuses any other', async () => {
    const { rows } = await own.database.db.execute<{ name: string; definition: string }>(sql`
      select conname as name, pg_get_constraintdef(oid) as definition from pg_constraint
      where conname in ('usuarios_rol', 'tareas_tipo', 'tareas_estado')
    `);
    const inCatalogue = Object.fromEntries(
      rows.map(({ name, definition }) => [
        name,
        [...definition.matchAll(/'(\w+)'::text/g)].map(([, value]) => value),
      ]),
    );
    expect(inCatalogue).toEqual({
      usuarios_rol: [...schema.ROLES],
      tareas_tipo: [...schema.TIPOS],
      tareas_estado: [...schema.ESTADOS],
    });
  });
});

const sorted = (rows: readonly object[]) =>
  rows.map((row) => JSON.stringify(row, Object.keys(row).sort())).sort();
