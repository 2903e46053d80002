import { readMigrationFiles, type MigrationMeta } from 'drizzle-orm/migrator';
import { MIGRATIONS_FOLDER } from './migrations-folder.js';

/** What the two drivers have in common. */
export interface Connection {
  query<Row>(text: string, values?: unknown[]): Promise<{ rows: Row[] }>;
}

export interface SchemaState {
  /** Migrations that this version knows and the database lacks, in their order. */
  readonly pending: readonly MigrationMeta[];
  /** A later version has migrated the database. */
  readonly ahead: boolean;
}

/** Where Drizzle's own migrator, which earlier versions ran, keeps what was applied. */
const APPLIED = 'drizzle.__drizzle_migrations';

/**
 * Compares the database with the migrations of this version. Reads only, so that a role that may not
 * create anything can start the API on a database that is up to date.
 */
export async function schemaState(connection: Connection): Promise<SchemaState> {
  const known = await connection.query<{ known: boolean }>(
    `select to_regclass('${APPLIED}') is not null as known`,
  );
  const applied = new Set<number>();
  if (known.rows[0]?.known === true) {
    const { rows } = await connection.query<{ at: unknown }>(
      `select created_at as at from ${APPLIED}`,
    );
    for (const { at } of rows) applied.add(Number(at));
  }
  const all = readMigrationFiles({ migrationsFolder: MIGRATIONS_FOLDER });
  return {
    pending: all.filter(({ folderMillis }) => !applied.has(folderMillis)),
    ahead: Math.max(...applied) > Math.max(...all.map(({ folderMillis }) => folderMillis)),
  };
}

/**
 * Applies what is pending, in the transaction that the caller has begun: unlike Drizzle's migrator,
 * which begins its own after it has looked, this leaves no gap between the look and the change, and
 * needs no session state, which a pooler drops between two transactions.
 */
export async function applyPending(connection: Connection): Promise<void> {
  const { pending } = await schemaState(connection);
  if (pending.length === 0) return;
  await connection.query('create schema if not exists drizzle');
  await connection.query(
    `create table if not exists ${APPLIED} (id serial primary key, hash text not null, created_at bigint)`,
  );
  for (const { sql: statements, hash, folderMillis } of pending) {
    for (const statement of statements) await connection.query(statement);
    await connection.query(`insert into ${APPLIED} (hash, created_at) values ($1, $2)`, [
      hash,
      folderMillis,
    ]);
  }
}
