import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Statement } from '../statement.js';
import { byIndex } from '../statements.js';
import { BEGIN_PINNED, PIN_SESSION, STATEMENT_MS } from './session-settings.js';

const DEFAULTS = {
  application_name: 'gad-cache',
  connectionTimeoutMillis: 2_000,
  keepAlive: true,
};
const READ_TIMEOUT_MS = STATEMENT_MS + 500;
const GOODBYE_TIMEOUT_MS = 500;

export interface OwnConnectionOptions {
  /** As the client of node-postgres takes it. */
  readonly settings: object;
  /** Whether a pooler is known to stand before the server; else that is found out. */
  readonly pooled: boolean;
  /** Statements that each new connection begins with; not behind a pooler, where none of them lasts. */
  readonly begin: () => readonly string[];
  readonly onNotification: () => void;
  /** Called when a pooler is found that was not known. */
  readonly onPooler: () => void;
}

/** A connection that has been made, with the moment of it by the monotonic clock. */
interface Made {
  readonly client: pg.Client;
  readonly socket: Socket;
  readonly at: number;
  /** Each transaction may run on another connection of the server, so nothing lasts of a session. */
  readonly pooled: boolean;
}

/**
 * One connection beside the application's pool, which must neither wait for the requests nor be waited
 * for: made when it is first needed, listening, and made anew after a loss. One that is lost between two
 * statements costs neither of them. Behind a pooler each statement runs in a transaction of its own, one
 * after the other.
 */
export class OwnConnection {
  #made: Promise<Made> | undefined;
  #closed = false;
  /** Behind a pooler: the end of the transaction before. */
  #before: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: OwnConnectionOptions) {}

  /** Whether a pooler stands before the server. @throws the driver's error */
  async pooled(): Promise<boolean> {
    return this.options.pooled || (await this.#connection()).pooled;
  }

  /**
   * Runs one statement. With a name it is parsed and planned once a connection.
   * @throws the driver's error; the next statement begins a new connection
   */
  async query(statement: Statement): Promise<{ rows: object[]; connectedAt: number }> {
    const making = this.#connection();
    try {
      const { client, at, pooled } = await making;
      const { name, text, values } = statement;
      const named = name === undefined || pooled ? {} : { name };
      const run = (): Promise<pg.QueryResult<object & pg.QueryResultRow>> =>
        client.query({ text, values: [...values], ...named });
      const { rows } = await (pooled ? this.#transact(client, run) : run());
      return { rows, connectedAt: at };
    } catch (error) {
      this.#drop(making);
      throw error;
    }
  }

  /** The next statement begins a new connection. */
  reset(): void {
    if (this.#made !== undefined) this.#drop(this.#made);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const made = await this.#made?.catch(() => undefined);
    this.#made = undefined;
    if (made === undefined) return;
    // A server that is frozen or cut off never says goodbye.
    const late = sleep(GOODBYE_TIMEOUT_MS, undefined, { ref: false });
    await Promise.race([made.client.end(), late]).catch(() => undefined);
    made.socket.destroy();
  }

  #connection(): Promise<Made> {
    if (this.#closed) return Promise.reject(new Error('The connection is closed.'));
    if (this.#made !== undefined) return this.#made;
    const making: Promise<Made> = this.#make(() => this.#drop(making));
    making.catch(() => this.#drop(making));
    this.#made = making;
    return making;
  }

  #transact<T>(client: pg.Client, run: () => Promise<T>): Promise<T> {
    const transaction = this.#before.then(async () => {
      await client.query([BEGIN_PINNED, byIndex('local')].join('; '));
      const result = await run();
      await client.query('commit');
      return result;
    });
    this.#before = transaction.catch(() => undefined);
    return transaction;
  }

  /** @param lost called when the connection is found to be lost between two statements */
  async #make(lost: () => void): Promise<Made> {
    const { settings, begin, onNotification } = this.options;
    const socket = new Socket();
    // Only where there is an outbox to read: the package itself needs no driver.
    const { default: driver } = await import('pg');
    const client = new driver.Client({
      ...DEFAULTS,
      ...settings,
      query_timeout: READ_TIMEOUT_MS,
      stream: () => socket,
    });
    client.on('error', lost).on('end', lost).on('notification', onNotification);
    try {
      await client.connect();
      const pooled = this.options.pooled || (await this.#findsPooler(client));
      if (!pooled) {
        await client.query([PIN_SESSION, byIndex('session'), ...begin()].join('; '));
      }
      return { client, socket, at: performance.now(), pooled };
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }

  /** A pooler names itself as the process behind a connection. */
  async #findsPooler(client: pg.Client): Promise<boolean> {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    const { processID } = client as { processID?: number }; // the driver's types leave it out
    const pooled = rows[0]?.pid !== processID;
    if (pooled) this.options.onPooler();
    return pooled;
  }

  #drop(making: Promise<Made>): void {
    if (this.#made === making) this.#made = undefined;
    making.then(
      ({ socket }) => socket.destroy(),
      () => undefined,
    );
  }
}
