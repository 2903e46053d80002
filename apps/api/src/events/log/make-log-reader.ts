import type { AppConfig } from '../../config/app-config.js';
import type { Database } from '../../database/database.js';
import type { LogReader } from './log-reader.js';

/** The reader for the database and the cache store that the configuration names. */
export async function makeLogReader(config: AppConfig, database: Database): Promise<LogReader> {
  const { url } = config.database;
  // As with the database itself, only the driver that is used is loaded.
  if (url === undefined) {
    const { EmbeddedLogReader } = await import('./embedded-log-reader.js');
    return new EmbeddedLogReader(database);
  }
  const { PostgresLogReader } = await import('./postgres-log-reader.js');
  return new PostgresLogReader({ url, database, ownMemory: config.redis === undefined });
}
