import { Logger } from '@nestjs/common';
import { bringUpToDate, type UpToDateOptions } from './bring-up-to-date.js';
import { PostgresDatabase } from './postgres-database.js';
import { describeUrl } from './postgres-settings.js';

export interface OpenPostgresOptions extends UpToDateOptions {
  readonly poolSize: number;
}

/**
 * Migrates and opens PostgreSQL, or a pooler before it. What passes by itself is waited for.
 * @throws ConfigurationError, one sentence that names the variable and the cause
 */
export async function openPostgres(
  url: string,
  { poolSize, ...options }: OpenPostgresOptions,
): Promise<PostgresDatabase> {
  const { pooled } = await bringUpToDate(url, options);
  const database = new PostgresDatabase(url, { poolSize, pooled });
  // Compares the clocks. What is wrong by now is in the log, and the API starts without being ready.
  await database.ping().catch(() => undefined);
  new Logger('Database').log(
    `PostgreSQL at ${describeUrl(url)}${pooled ? ' behind a pooler' : ''} is open, its schema up to date.`,
  );
  return database;
}
