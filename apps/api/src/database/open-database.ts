import type { AppConfig } from '../config/app-config.js';
import type { PgliteDatabase } from './embedded/pglite-database.js';
import type { PostgresDatabase } from './postgres/postgres-database.js';

export type OpenDatabase = PostgresDatabase | PgliteDatabase;

/**
 * The database that the configuration asks for, open and up to date. Close it with `close()`.
 * @throws ConfigurationError with one sentence when it cannot be opened
 */
export async function openDatabase({
  database: { url, ...options },
  dataDir,
}: Pick<AppConfig, 'database' | 'dataDir'>): Promise<OpenDatabase> {
  // Only the driver that is used is loaded: each costs some tenths of a second at the start.
  if (url === undefined) {
    const { openPglite } = await import('./embedded/open-pglite.js');
    return openPglite(dataDir);
  }
  const { openPostgres } = await import('./postgres/open-postgres.js');
  return openPostgres(url, options);
}
