import { setTimeout as sleep } from 'node:timers/promises';
import { isNativeError } from 'node:util/types';
import { Logger } from '@nestjs/common';
import pg from 'pg';
import type { AppConfig } from '../../config/app-config.js';
import { ConfigurationError } from '../../config/parse-environment.js';
import { isUnavailable, sqlStateOf } from '../unavailable.js';
import { migratePostgres } from './migrate-postgres.js';
import { PostgresDatabase } from './postgres-database.js';
import { dedicatedSettings, describeUrl } from './postgres-settings.js';

const PATIENCE_MS = 15_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 2_000;

/** Wrong credentials (28) and a database that does not exist (3D): waiting does not mend these. */
const REFUSED = /^(28|3D)/;

/**
 * Migrates and opens PostgreSQL. A server that is still starting is waited for.
 * @throws ConfigurationError, one sentence that names DATABASE_URL, when it refuses us or stays away
 */
export async function openPostgres(
  url: string,
  {
    poolSize,
    patienceMs = PATIENCE_MS,
  }: { poolSize: AppConfig['database']['poolSize']; patienceMs?: number },
): Promise<PostgresDatabase> {
  assertReadable(url);
  const logger = new Logger('Database');
  const where = describeUrl(url);
  const giveUpAt = performance.now() + patienceMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      await migratePostgres(url);
      break;
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      const reason = reasonOf(error);
      if (REFUSED.test(sqlStateOf(error) ?? '')) {
        throw new ConfigurationError(
          'DATABASE_URL',
          `names ${where}, which refuses us (${reason})`,
        );
      }
      if (performance.now() + pause > giveUpAt) {
        throw new ConfigurationError(
          'DATABASE_URL',
          `names ${where}, where no PostgreSQL answers (${reason}): start it, correct the URL, or leave the variable out to use the embedded database`,
        );
      }
      logger.warn(`PostgreSQL at ${where} does not answer yet (${reason}): trying again…`);
      await sleep(pause);
    }
  }
  logger.log(`PostgreSQL at ${where} is open, its schema up to date.`);
  return new PostgresDatabase(url, poolSize);
}

/** The driver reads the URL when a client is made: files that it names are read, too. */
function assertReadable(url: string): void {
  try {
    void new pg.Client(dedicatedSettings(url));
  } catch (error) {
    throw new ConfigurationError(
      'DATABASE_URL',
      `cannot be read (${reasonOf(error)}): special characters of the password have to be percent-encoded`,
    );
  }
}

function reasonOf(error: unknown): string {
  if (!isNativeError(error)) return String(error);
  // Several addresses of one host were tried: each failure is an error of its own.
  const several = 'errors' in error && Array.isArray(error.errors) ? error.errors : [];
  return several.length > 0 ? several.map(reasonOf).join(', ') : error.message;
}
