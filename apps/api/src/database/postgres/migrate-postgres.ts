import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import pg from 'pg';
import { migrating } from '../migration-refusal.js';
import { applyPending, schemaState, type SchemaState } from '../migrator.js';
import { beginPinned } from '../session-settings.js';
import { dedicatedSettings } from './postgres-settings.js';

/** Any number that no other application takes on the same database; this one spells "gad" in ASCII. */
const MIGRATION_LOCK = 0x67_61_64;

const LOCK_POLL_MS = 200;

/**
 * Brings the schema up to date on a connection of its own, in one transaction. Processes that start
 * at once are lined up by an advisory lock of that transaction, which ends with it should this
 * process die, and which a pooler does not hand to another client.
 */
export async function migratePostgres(url: string): Promise<void> {
  await onConnection(url, async (client) => {
    await beginWithLock(client);
    await migrating('DATABASE_URL', applyPending(client));
    await client.query('commit');
  });
}

/** How the schema stands, without a change to it. */
export function lookAtSchema(url: string): Promise<SchemaState> {
  return onConnection(url, schemaState);
}

/**
 * Runs `work` on a connection of its own, whose end rolls back what is open.
 * @param timeoutMs how long each answer may take; by default statements may take their time
 */
export async function onConnection<T>(
  url: string,
  work: (client: pg.Client) => Promise<T>,
  timeoutMs?: number,
): Promise<T> {
  const client = new pg.Client({
    ...dedicatedSettings(url),
    ...(timeoutMs === undefined ? {} : { query_timeout: timeoutMs }),
  });
  // A connection that is lost between two statements reports it here; the next statement fails.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function beginWithLock(client: pg.Client): Promise<void> {
  const logger = new Logger('Database');
  for (let attempt = 0; ; attempt += 1) {
    await client.query(beginPinned());
    const { rows } = await client.query<{ taken: boolean }>(
      'select pg_try_advisory_xact_lock($1) as taken',
      [MIGRATION_LOCK],
    );
    if (rows[0]?.taken === true) return;
    await client.query('rollback');
    if (attempt === 0) logger.log('Another process is migrating the database: waiting for it…');
    await sleep(LOCK_POLL_MS);
  }
}
