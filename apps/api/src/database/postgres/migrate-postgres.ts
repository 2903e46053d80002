import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { MIGRATIONS_FOLDER } from '../migrations-folder.js';
import { dedicatedSettings } from './postgres-settings.js';

/** Any number that no other application takes on the same database; this one spells "gad" in ASCII. */
const MIGRATION_LOCK = 0x67_61_64;

const LOCK_POLL_MS = 200;

/**
 * Brings the schema up to date on a connection of its own. Drizzle's migrator reads what was
 * applied before it opens its transaction, so processes that start at once are lined up by an
 * advisory lock, which PostgreSQL releases with the connection should this process die.
 */
export async function migratePostgres(url: string): Promise<void> {
  const client = new pg.Client(dedicatedSettings(url));
  // A connection that is lost between two statements reports it here; the next statement fails.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await waitForLock(client);
    await migrate(drizzle(client), { migrationsFolder: MIGRATIONS_FOLDER });
  } finally {
    await client.end();
  }
}

async function waitForLock(client: pg.Client): Promise<void> {
  const logger = new Logger('Database');
  for (let attempt = 0; ; attempt += 1) {
    const { rows } = await client.query<{ taken: boolean }>(
      'select pg_try_advisory_lock($1) as taken',
      [MIGRATION_LOCK],
    );
    if (rows[0]?.taken === true) return;
    if (attempt === 0) logger.log('Another process is migrating the database: waiting for it…');
    await sleep(LOCK_POLL_MS);
  }
}
