import { once } from 'node:events';
import { Socket } from 'node:net';
import { isNativeError } from 'node:util/types';
import { Logger } from '@nestjs/common';
import type { ExtractTablesWithRelations } from 'drizzle-orm';
import { drizzle, NodePgSession, NodePgTransaction } from 'drizzle-orm/node-postgres';
import { PgDialect } from 'drizzle-orm/pg-core';
import pg from 'pg';
import type { BulkLoader, Copy } from '../bulk-loader.js';
import { Database, type Db } from '../database.js';
import { guardStatements, type StatementHooks } from '../guarded-statements.js';
import * as schema from '../schema.js';
import { TransactionScope } from '../transaction-scope.js';
import { databaseUnavailable, isDatabaseUnavailable, isUnavailable } from '../unavailable.js';
import { within } from '../within.js';
import { bulkLoadPostgres } from './bulk-load-postgres.js';
import { useNumbersForInt8 } from './driver-types.js';
import { PoolConnections } from './pool-connections.js';
import { describeUrl, poolSettings } from './postgres-settings.js';
import { probePostgres } from './probe-postgres.js';
import { RefusingSocket } from './refusing-socket.js';
import { ServerWatch } from './server-watch.js';

const PING_TIMEOUT_MS = 1_000;

/** Longer than the longest statement, which is let come to its end. */
const DRAIN_TIMEOUT_MS = 6_000;
const GOODBYE_TIMEOUT_MS = 1_000;

type Schema = typeof schema;
type Tables = ExtractTablesWithRelations<Schema>;
type Transaction = NodePgTransaction<Schema, Tables>;

/** A pool of connections to PostgreSQL in which every wait is bounded and nothing leaks. */
export class PostgresDatabase extends Database implements BulkLoader {
  readonly kind = 'postgres';
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
  #away = false;
  /** The reason that was logged last. */
  #told: unknown;
  #closing: Promise<void> | undefined;

  readonly #hooks: StatementHooks = {
    sent: () => this.#watch.waits(),
    answered: () => {
      this.#watch.heard();
      this.#noteBack();
    },
    translate: (driverError) => {
      if (!isUnavailable(driverError)) return undefined;
      this.#noteAway(driverError);
      return databaseUnavailable(driverError);
    },
  };

  constructor(url: string, poolSize: number) {
    super();
    useNumbersForInt8();
    this.#watch = new ServerWatch({
      probe: () => this.#probe(),
      onSilent: (reason) => {
        this.#noteAway(reason);
        // Fails whatever waits for an answer; for the others see `#socket`.
        for (const socket of this.#sockets) socket.destroy(reason);
      },
      onBack: () => {
        this.#noteBack();
      },
    });
    this.#url = url;
    this.#where = describeUrl(url);
    this.#pool = new pg.Pool({ ...poolSettings(url, poolSize), stream: () => this.#socket() });
    this.#connections = new PoolConnections(this.#pool);
    // The pool listens to idle clients only: a client that is lost while a transaction holds it
    // would emit an error that nobody handles, and that ends the process.
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
    this.#pool.on('error', (error) => {
      this.#noteAway(error);
    });
    const db = drizzle(this.#pool, { schema });
    // Drizzle's own `transaction` leaks the client when BEGIN fails, and waits for a ROLLBACK on a
    // connection that is gone.
    db.transaction = (work) => this.#transaction(work);
    guardStatements(db, {
      ...this.#hooks,
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

  async ping(): Promise<void> {
    this.#assertAnswering();
    const alive = this.#driver(this.#pool.query('select 1'));
    await within(PING_TIMEOUT_MS, alive, databaseUnavailable);
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
    const client = await this.#connect();
    let reusable = false;
    try {
      await this.#driver(client.query('begin'));
      const result = await this.#scope.run((assertOpen) => work(this.#over(client, assertOpen)));
      const { command } = await this.#driver(client.query('commit'));
      reusable = true;
      // A statement failed and `work` went on regardless: the server rolled back and says so.
      if (command !== 'COMMIT') throw new Error('The transaction had failed: it was rolled back.');
      return result;
    } catch (error) {
      if (!reusable && !isDatabaseUnavailable(error)) {
        reusable = await this.#driver(client.query('rollback')).then(
          () => true,
          // The client is thrown away; closing its connection rolls back as well.
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
      // The pool calls itself ended before its connections are: their sockets tell.
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

  /** While the circuit is open nobody asks, and nothing reaches the network but the probes. */
  #assertAnswering(): void {
    const { silence } = this.#watch;
    if (silence !== undefined) throw databaseUnavailable(silence);
  }

  #socket(): Socket {
    const { silence } = this.#watch;
    // For those who waited for a connection when the circuit opened: the pool fails one after the
    // other, so no statement is left to be sent when its caller has long been answered.
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
    guardStatements(tx, { ...this.#hooks, before: assertOpen });
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

  #noteBack(): void {
    if (!this.#away) return;
    this.#away = false;
    this.#logger.log(`PostgreSQL at ${this.#where} answers again.`);
  }

  /** One line per episode: the next one comes after the database has answered again. */
  #noteAway(error: unknown): void {
    // What the end of an outage still finds in the pool belongs to that outage.
    if (this.#away || error === this.#told) return;
    this.#away = true;
    this.#told = error;
    const reason = isNativeError(error) ? error.message : String(error);
    this.#logger.warn(`PostgreSQL at ${this.#where} does not answer: ${reason}`);
  }
}
