import { Logger } from '@nestjs/common';
import type { AppConfig } from '../../config/app-config.js';
import type { Database } from '../../database/database.js';
import type { LogReader } from './log-reader.js';

/** The reader for the database and the cache store that the configuration names. */
export async function makeLogReader(config: AppConfig, database: Database): Promise<LogReader> {
  const { url, directUrl } = config.database;
  // As with the database itself, only the driver that is used is loaded.
  if (url === undefined) {
    const { EmbeddedLogReader } = await import('./embedded-log-reader.js');
    return new EmbeddedLogReader(database);
  }
  const ownMemory = config.redis === undefined;
  if (database.pooled && directUrl === undefined) {
    new Logger('EventLog').warn(
      'DATABASE_URL leads to a pooler, where nothing can listen: the log of events is read by polling. ' +
        'Set DATABASE_DIRECT_URL to the PostgreSQL behind it to be told of events at once.',
    );
    const { PooledLogReader } = await import('./pooled-log-reader.js');
    return new PooledLogReader({ url, database, ownMemory });
  }
  const { PostgresLogReader } = await import('./postgres-log-reader.js');
  return new PostgresLogReader({ url: directUrl ?? url, database, ownMemory });
}
