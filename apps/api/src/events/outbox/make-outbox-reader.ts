import { Logger } from '@nestjs/common';
import type { AppConfig } from '../../config/app-config.js';
import type { Database } from '../../database/database.js';
import type { OutboxReader } from './outbox-reader.js';

/** The reader for the database and the cache store that the configuration names. */
export async function makeOutboxReader(
  config: AppConfig,
  database: Database,
): Promise<OutboxReader> {
  const { url, directUrl } = config.database;
  // As with the database itself, only the driver that is used is loaded.
  if (url === undefined) {
    const { EmbeddedOutboxReader } = await import('./embedded-outbox-reader.js');
    return new EmbeddedOutboxReader(database);
  }
  const ownMemory = config.redis === undefined;
  if (database.pooled && directUrl === undefined) {
    new Logger('Outbox').warn(
      'DATABASE_URL leads to a pooler, where nothing can listen: the log of events is read by polling. ' +
        'Set DATABASE_DIRECT_URL to the PostgreSQL behind it to receive events at once.',
    );
    const { PooledOutboxReader } = await import('./pooled-outbox-reader.js');
    return new PooledOutboxReader({ url, database, ownMemory });
  }
  const { PostgresOutboxReader } = await import('./postgres-outbox-reader.js');
  return new PostgresOutboxReader({ url: directUrl ?? url, database, ownMemory });
}
