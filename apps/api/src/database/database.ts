import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type * as schema from './schema.js';

interface Rows<Row> {
  readonly rows: Row[];
}

/** What `db.execute()` resolves to with either driver: the rows, and no more than that. */
interface RowsHKT extends PgQueryResultHKT {
  readonly type: Rows<this['row']>;
}

/**
 * Drizzle over `schema.ts`, in the shape that PostgreSQL and PGlite have in common.
 * A transaction has the same type, so a repository method takes either.
 */
export type Db = PgDatabase<RowsHKT, typeof schema>;

/**
 * The one database of the process, injected by its class: PostgreSQL when `DATABASE_URL` is set,
 * otherwise PGlite in the data folder. Both answer with the same JavaScript types: `int8` as a
 * number, `numeric` as text, instants of schema columns as `Date`.
 *
 * A statement that fails rejects with Drizzle's error, its `cause` being the driver's (see
 * `violatedConstraint`) — except when the database is unavailable, overloaded or too slow: then with the
 * problem `DATABASE_UNAVAILABLE` (503, `Retry-After`), within a bound and never as a hang: 1.5 s for a
 * server that gives no sign of life (`ServerWatch`) and for a connection that it knows nothing of
 * (`PoolConnections`), at once while that is known, 5 s for a statement that it works on.
 */
export abstract class Database {
  abstract readonly kind: 'postgres' | 'pglite';

  /**
   * Whether each transaction may run on another server connection: then nothing lasts that belongs to
   * a session, such as LISTEN and its advisory locks.
   */
  abstract readonly pooled: boolean;

  /** For single statements, each its own transaction. */
  abstract readonly db: Db;

  /**
   * Runs `work` in one READ COMMITTED transaction; resolves with its result after COMMIT.
   * Whatever `work` throws rolls back and is rethrown untouched. `tx.transaction` is a savepoint.
   *
   * A statement on `db` instead of `tx`, or a second `transaction`, inside `work` is refused with an
   * error: on PGlite, which has one connection, it would wait for itself.
   *
   * `DATABASE_UNAVAILABLE` says that the outcome is unknown when the connection was lost during
   * COMMIT: a client that retries relies on `version` and on unique constraints.
   */
  abstract transaction<T>(work: (tx: Db) => Promise<T>): Promise<T>;

  /**
   * Asks the database for a sign of life, and compares its clock with ours.
   * @throws Problem that names the cause, within about a second, when it is unavailable, or when it answers
   *   but takes no writes: it is read-only, or the last one failed for lack of room or of a privilege
   */
  abstract ping(): Promise<void>;

  /** By how much our clock was ahead of the database's at the last `ping`; 0 within five seconds. */
  abstract readonly clockAheadMs: number;

  /** Whether every connection is in use, so that a further statement waits for one. */
  abstract readonly isFull: boolean;

  /** Lets what runs come to its end and gives everything back. Idempotent. */
  abstract close(): Promise<void>;
}
