export { PostgresOutbox } from './postgres-outbox.js';
export type { PostgresOutboxOptions } from './postgres-outbox.js';
export type { LoggedEvent, OutboxReading, PatternsOf } from './outbox-log.js';
export { outboxAppender, outboxPosition } from './append.js';
export type { Append, AppenderOptions, OutboxColumns, OutboxEvent } from './append.js';
export { outboxMigration } from './outbox-migration.js';
export type { OutboxNames } from './outbox-names.js';
export { drizzle, knex, pg, prisma, typeOrm } from './adapters.js';
export type {
  DrizzleTransaction,
  KnexTransaction,
  PgClient,
  PrismaTransaction,
  TypeOrmManager,
} from './adapters.js';
export type { RunStatement, Statement } from './statement.js';
