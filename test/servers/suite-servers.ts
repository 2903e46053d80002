import { randomBytes } from 'node:crypto';
import { createClient } from 'redis';
import { createDatabase } from './postgres-database.js';

/**
 * An empty PostgreSQL database of one's own on the run's shared server; the server ends with
 * the run, so no suite has to drop it. Transactions belong to the whole server: a suite that needs
 * to see none of others starts its own with `startPostgres`.
 *
 * @param template the name of a database to copy instead.
 * @returns its URL.
 */
export async function ownDatabase(template?: string): Promise<string> {
  const name = `suite_${randomBytes(6).toString('hex')}`;
  return createDatabase(fromEnvironment('TEST_DATABASE_URL'), name, template);
}

/**
 * An empty numbered Redis database on the run's shared server, one per jest worker: suites that run
 * side by side never share one, those that follow each other in a worker do, and so it is flushed
 * here. Channels, INFO and CONFIG belong to the whole server: suites that rely on those, or that
 * hurt their server, start their own with `startRedis`.
 *
 * @returns its URL, which ends in the database's number.
 */
export async function ownRedis(): Promise<string> {
  const url = new URL(fromEnvironment('TEST_REDIS_URL'));
  url.pathname = `/${process.env['JEST_WORKER_ID'] ?? '0'}`;
  const client = createClient({ url: url.href });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.flushDb();
  } finally {
    await client.close();
  }
  return url.href;
}

function fromEnvironment(name: string): string {
  const value = process.env[name];
  if (value === undefined) {
    throw new Error(`${name} is not set: this suite's jest project lacks the servers' globalSetup`);
  }
  return value;
}
