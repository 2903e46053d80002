import type { AppConfig } from '../config/app-config.js';
import { openPglite } from './embedded/open-pglite.js';
import type { PgliteDatabase } from './embedded/pglite-database.js';
import { openPostgres } from './postgres/open-postgres.js';
import type { PostgresDatabase } from './postgres/postgres-database.js';

export type OpenDatabase = PostgresDatabase | PgliteDatabase;

/**
 * The database that the configuration asks for, open and migrated. Close it with `close()`.
 * @throws ConfigurationError with one sentence when it cannot be opened
 */
export function openDatabase({
  database: { url, poolSize },
  dataDir,
}: Pick<AppConfig, 'database' | 'dataDir'>): Promise<OpenDatabase> {
  return url === undefined ? openPglite(dataDir) : openPostgres(url, { poolSize });
}
