import { Logger } from '@nestjs/common';
import { drizzle, PostgresOutbox, type RunStatement } from '@gad/cache-postgres';
import type { AppConfig } from '../../config/app-config.js';
import type { Database, Db } from '../../database/database.js';
import type { DomainEvent } from '../domain-events.js';
import { OUTBOX_NAMES } from './outbox-names.js';

/** The outbox of domain events. */
export class Outbox extends PostgresOutbox<Db, DomainEvent> {}

/** The outbox in the database that the configuration names. */
export async function makeOutbox(config: AppConfig, database: Database): Promise<Outbox> {
  const pool: RunStatement = (statement) => drizzle(database.db)(statement);
  // `OutboxRetention` prunes, as all that expires is pruned.
  const common = { via: drizzle, names: OUTBOX_NAMES, retentionHours: false, pool } as const;
  const { url, directUrl } = config.database;
  if (url === undefined) return new Outbox({ ...common, connection: pool });
  const pooled = database.pooled && directUrl === undefined;
  if (pooled) {
    new Logger('Outbox').warn(
      'DATABASE_URL leads to a pooler, where nothing can listen: the log of events is read by polling. ' +
        'Set DATABASE_DIRECT_URL to the PostgreSQL behind it to receive events at once.',
    );
  }
  // As with the database itself, only the driver that is used is loaded.
  const { dedicatedSettings } = await import('../../database/postgres/postgres-settings.js');
  return new Outbox({ ...common, connection: dedicatedSettings(directUrl ?? url), pooled });
}
