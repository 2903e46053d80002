import { once } from 'node:events';
import { Socket } from 'node:net';
import { Logger } from '@nestjs/common';
import type { ExtractTablesWithRelations } from 'drizzle-orm';
import { drizzle, NodePgSession, NodePgTransaction } from 'drizzle-orm/node-postgres';
import { PgDialect } from 'drizzle-orm/pg-core';
import pg from 'pg';
import type { BulkLoader, Copy } from '../bulk-loader.js';
import { ClockWatch } from '../clock-watch.js';
import { CAUSES } from '../database-cause.js';
import { Database, type Db } from '../database.js';
import { guardStatements, type StatementHooks } from '../guarded-statements.js';
import * as schema from '../schema.js';
import { beginPinned } from '../session-settings.js';
import { TransactionScope } from '../transaction-scope.js';
import { databaseUnavailable, isDatabaseUnavailable, isUnavailable } from '../unavailable.js';
import { within } from '../within.js';
import { bulkLoadPostgres } from './bulk-load-postgres.js';
import { useNumbersForInt8 } from './driver-types.js';
import { PoolConnections } from './pool-connections.js';
import { describeUrl, limitsOf, poolSettings } from './postgres-settings.js';
import { probePostgres } from './probe-postgres.js';
import { RefusingSocket } from './refusing-socket.js';
import { ServerWatch } from './server-watch.js';
import { Trouble } from './trouble.js';

const PING_TIMEOUT_MS = 1_000;

/** Longer than the longest statement, which is let come to its end. */
const DRAIN_TIMEOUT_MS = 6_000;
const GOODBYE_TIMEOUT_MS = 1_000;

type Schema = typeof schema;
type Tables = ExtractTablesWithRelations<Schema>;
type Transaction = NodePgTransaction<Schema, Tables>;

/** A standby says so as well, with every transaction. */
const PULSE = `select extract(epoch from clock_timestamp())::float8 * 1000 as theirs,
  current_setting('transaction_read_only')::bool as "readOnly"`;

const BEGIN = 'begin isolation level read committed';

interface Wrote {
  readonly wrote: boolean;
}

const WROTE = 'select pg_current_xact_id_if_assigned() is not null as wrote';

export interface PostgresOptions {
  readonly poolSize: number;
  /**
   * Whether a pooler stands before the server, which gives each transaction another server connection:
   * then every statement runs in a transaction that begins with our settings, and none has a name.
   */
  readonly pooled: boolean;
}

/** A pool of connections to PostgreSQL in which every wait is bounded and nothing leaks. */
export class PostgresDatabase extends Database implements BulkLoader {
  readonly kind = 'postgres';
  readonly pooled: boolean;
  readonly db: Db;
  readonly #logger = new Logger('Database');
  readonly #scope = new TransactionScope();
  readonly #dialect = new PgDialect();
  readonly #url: string;
  readonly #where: string;
  readonly #pool: pg.Pool;
  readonly #sockets = new Set<Socket>();
  readonly #connections: PoolConnections;
  readonly #watch: ServerWatch;
  readonly #trouble: Trouble;
  readonly #clock = new ClockWatch();
  readonly #begin: string;
  readonly #named: boolean;
  #closing: Promise<void> | undefined;

  readonly #hooks: StatementHooks = {
    sent: () => this.#watch.waits(),
    answered: () => {
      this.#watch.answered();
      this.#trouble.answered();
    },
    translate: (driverError) => {
      if (isDatabaseUnavailable(driverError)) return driverError;
      if (!isUnavailable(driverError)) return undefined;
      this.#trouble.note(driverError);
      return databaseUnavailable(driverError);
    },
  };

  constructor(url: string, { poolSize, pooled }: PostgresOptions) {
    super();
    useNumbersForInt8();
    this.#watch = new ServerWatch({
      probe: () => this.#probe(),
      onSilent: (reason) => {
        this.#trouble.note(reason);
        // Fails whatever waits for an answer; for the others see `#socket`.
        for (const socket of this.#sockets) socket.destroy(reason);
      },
      onBack: () => {
        this.#trouble.answered();
      },
    });
    this.#url = url;
    this.#where = describeUrl(url);
    this.#trouble = new Trouble(this.#where);
    this.pooled = pooled;
    this.#named = !pooled;
    this.#begin = pooled ? beginPinned(limitsOf(url)) : BEGIN;
    const settings = poolSettings(url, { poolSize, pooled });
    this.#pool = new pg.Pool({ ...settings, stream: () => this.#socket() });
    this.#connections = new PoolConnections(this.#pool);
    // The pool listens to idle clients only: a client that is lost while a transaction holds it
    // would emit an unhandled error, which ends the process.
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
    this.#pool.on('error', (error) => {
      this.#trouble.note(error);
    });
    const db = drizzle(pooled ? this.#transactions() : this.#pool, { schema });
    // Drizzle's own `transaction` leaks the client when BEGIN fails, and waits for a ROLLBACK on a
    // connection that is gone.
    db.transaction = (work) => this.#transaction(work);
    guardStatements(db, {
      ...this.#hooks,
      named: this.#named,
      before: () => {
        this.#scope.assertOutside();
        this.#assertAnswering();
      },
    });
    this.db = db;
  }

  transaction<T>(work: (tx: Db) => Promise<T>): Promise<T> {
    return this.#transaction(work);
  }

  get clockAheadMs(): number {
    return this.#clock.aheadMs;
  }

  get isFull(): boolean {
    const { idleCount, totalCount, options } = this.#pool;
    return idleCount === 0 && totalCount >= (options.max ?? Infinity);
  }

  async ping(): Promise<void> {
    this.#assertAnswering();
    const sentAt = Date.now();
    const alive = this.#driver(this.#pool.query<{ theirs: number; readOnly: boolean }>(PULSE));
    const { rows } = await within(PING_TIMEOUT_MS, alive, databaseUnavailable);
    const [{ theirs, readOnly } = { theirs: sentAt, readOnly: false }] = rows;
    this.#clock.note({ sentAt, theirs, receivedAt: Date.now() });
    if (readOnly) this.#trouble.note(new ReadOnlyError());
    else if (this.#trouble.blocked === CAUSES.readOnly) this.#trouble.wrote();
    const { blocking } = this.#trouble;
    if (blocking !== undefined) throw databaseUnavailable(blocking);
  }

  bulkLoad<T>(work: (tx: Db, copy: Copy) => Promise<T>): Promise<T> {
    return bulkLoadPostgres(this.#url, work);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    this.#scope.assertOutside();
    this.#assertAnswering();
    return this.#transact((client) =>
      this.#scope.run((assertOpen) => work(this.#over(client, assertOpen))),
    );
  }

  /** What Drizzle takes for a pool: each statement in a transaction of its own. */
  #transactions(): pg.Pool {
    const query = (statement: pg.QueryConfig, values: unknown[]): Promise<pg.QueryResult> =>
      this.#transact((client) => this.#driver(client.query(statement, values)));
    // Of a pool Drizzle uses this method alone: transactions are begun by ourselves.
    return { query } as unknown as pg.Pool;
  }

  async #transact<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#connect();
    let reusable = false;
    try {
      await this.#driver(client.query(this.#begin));
      const result = await work(client);
      const wrote = this.#trouble.blocked && (await this.#driver(client.query<Wrote>(WROTE)));
      const { command } = await this.#driver(client.query('commit'));
      reusable = true;
      // A statement failed and `work` went on regardless: the server rolled back and says so.
      if (command !== 'COMMIT') throw new Error('The transaction had failed: it was rolled back.');
      if (wrote?.rows[0]?.wrote === true) this.#trouble.wrote();
      return result;
    } catch (error) {
      if (!reusable && !isDatabaseUnavailable(error)) {
        reusable = await this.#driver(client.query('rollback')).then(
          () => true,
          // The client is discarded; closing its connection rolls back as well.
          () => false,
        );
      }
      throw error;
    } finally {
      client.release(!reusable);
    }
  }

  /** Not `#driver`: a connection that was idle is no sign of life. */
  async #connect(): Promise<pg.PoolClient> {
    const settled = this.#watch.waits();
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw this.#hooks.translate?.(error) ?? error;
    } finally {
      settled();
    }
  }

  async #close(): Promise<void> {
    try {
      await within(DRAIN_TIMEOUT_MS, this.#pool.end(), (timeout) => timeout);
      // The pool reports its end before its connections have closed, so wait for their sockets.
      const closed = [...this.#sockets].map((socket) => once(socket, 'close'));
      await within(GOODBYE_TIMEOUT_MS, Promise.all(closed), (timeout) => timeout);
    } catch {
      this.#logger.warn(`PostgreSQL at ${this.#where} did not close its connections in time.`);
      // A server that is frozen or cut off never says goodbye: do not let it keep us alive.
      for (const socket of this.#sockets) socket.destroy();
    } finally {
      this.#watch.stop();
    }
  }

  /** A sign of life; and an end to what the server has no part in. */
  async #probe(): Promise<void> {
    const asked = this.#connections.longHeld();
    const atWork = await probePostgres(this.#url, asked);
    if (atWork === undefined) return;
    const reason = new Error('the server knows nothing of this connection');
    this.#connections.judge(asked, atWork, reason);
  }

  /** While the circuit is open, nothing is sent to the server but the probes. */
  #assertAnswering(): void {
    const { silence } = this.#watch;
    if (silence !== undefined) throw databaseUnavailable(silence);
  }

  #socket(): Socket {
    const { silence } = this.#watch;
    // Callers that waited for a connection when the circuit opened fail one after the other, so no
    // statement is sent after its caller has been answered.
    const socket = silence === undefined ? new Socket() : new RefusingSocket(silence);
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    return socket;
  }

  #over(client: pg.PoolClient, assertOpen: () => void): Transaction {
    const { schema: tables, fullSchema, tableNamesMap } = this.db._;
    const relational = tables && { schema: tables, fullSchema, tableNamesMap };
    const session = new NodePgSession<Schema, Tables>(client, this.#dialect, relational);
    const tx: Transaction = new NodePgTransaction(this.#dialect, session, relational);
    guardStatements(tx, { ...this.#hooks, named: this.#named, before: assertOpen });
    return tx;
  }

  async #driver<T>(answer: Promise<T>): Promise<T> {
    const settled = this.#watch.waits();
    try {
      const result = await answer;
      this.#hooks.answered?.();
      return result;
    } catch (error) {
      throw this.#hooks.translate?.(error) ?? error;
    } finally {
      settled();
    }
  }
}

/** As the server itself would put it to the next write. */
class ReadOnlyError extends Error {
  readonly severity = 'ERROR';
  readonly code = '25006';

  constructor() {
    super('its transactions are read-only');
  }
}
