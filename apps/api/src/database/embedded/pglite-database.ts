import type { PGlite } from '@electric-sql/pglite';
import type { ExtractTablesWithRelations } from 'drizzle-orm';
import { drizzle, type PgliteQueryResultHKT } from 'drizzle-orm/pglite';
import type { PgTransaction } from 'drizzle-orm/pg-core';
import type { BulkLoader, Copy } from '../bulk-loader.js';
import { sqlStateOf } from '../database-cause.js';
import { Database, type Db } from '../database.js';
import { guardStatements, type StatementHooks } from '../guarded-statements.js';
import * as schema from '../schema.js';
import { TransactionScope } from '../transaction-scope.js';
import { databaseUnavailable, isUnavailable } from '../unavailable.js';
import { within } from '../within.js';
import { bulkLoadPglite } from './bulk-load-pglite.js';
import type { LockFile } from './lock-file.js';

const PING_TIMEOUT_MS = 1_000;
const IN_FAILED_TRANSACTION = '25P02';

type Schema = typeof schema;
type Transaction = PgTransaction<PgliteQueryResultHKT, Schema, ExtractTablesWithRelations<Schema>>;

const hooks: StatementHooks = {
  translate: (driverError) =>
    isUnavailable(driverError) ? databaseUnavailable(driverError) : undefined,
};

/**
 * PostgreSQL compiled to WebAssembly, inside this process: one connection, on which transactions
 * and single statements take turns in the order of their arrival. A statement runs on the event
 * loop, so no timeout can stop it.
 */
export class PgliteDatabase extends Database implements BulkLoader {
  readonly kind = 'pglite';
  readonly pooled = false;
  /** It reads our own clock. */
  readonly clockAheadMs = 0;
  /** It has one connection, for which statements queue. */
  readonly isFull = false;
  readonly db: Db;
  readonly #scope = new TransactionScope();
  readonly #begin: <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>;
  #closing: Promise<void> | undefined;

  constructor(
    private readonly client: PGlite,
    private readonly lock: LockFile,
  ) {
    super();
    const db = drizzle(client, { schema });
    this.#begin = db.transaction.bind(db);
    db.transaction = (work) => this.#transaction(work);
    guardStatements(db, {
      ...hooks,
      before: () => {
        this.#assertReady();
      },
    });
    this.db = db;
  }

  transaction<T>(work: (tx: Db) => Promise<T>): Promise<T> {
    return this.#transaction(work);
  }

  async ping(): Promise<void> {
    await within(PING_TIMEOUT_MS, this.client.query('select 1'), databaseUnavailable);
  }

  bulkLoad<T>(work: (tx: Db, copy: Copy) => Promise<T>): Promise<T> {
    return bulkLoadPglite(this.client, work);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    this.#assertReady();
    return this.#begin((tx) =>
      this.#scope.run(async (assertOpen) => {
        guardStatements(tx, { ...hooks, before: assertOpen });
        const result = await work(tx);
        await assertNotFailed(tx);
        return result;
      }),
    );
  }

  #assertReady(): void {
    this.#scope.assertOutside();
    if (this.#closing) throw databaseUnavailable(new Error('the embedded database is closing'));
  }

  async #close(): Promise<void> {
    try {
      // Takes its turn behind everything that has started; PGlite's close() would not wait.
      await this.client.query('checkpoint');
      await this.client.close();
    } finally {
      await this.lock.release();
    }
  }
}

/**
 * A statement failed and `work` went on regardless: COMMIT would roll back, and PGlite drops the
 * answer that says so.
 */
async function assertNotFailed(tx: Transaction): Promise<void> {
  try {
    await tx.execute('select 1');
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (sqlStateOf(cause) !== IN_FAILED_TRANSACTION) throw error;
    throw new Error('The transaction had failed: it was rolled back.', { cause: error });
  }
}
