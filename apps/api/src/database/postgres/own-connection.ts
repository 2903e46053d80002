import { Socket } from 'node:net';
import pg from 'pg';
import { beginPinned, pinSession, type Limits } from '../session-settings.js';
import { within } from '../within.js';
import { dedicatedSettings } from './postgres-settings.js';

/** No statement of a connection of one's own is a long one. */
const LIMITS: Limits = { statementMs: 2_000, idleInTransactionMs: 2_000 };
const READ_TIMEOUT_MS = LIMITS.statementMs + 500;
const GOODBYE_TIMEOUT_MS = 500;

export interface OwnConnectionOptions {
  readonly url: string;
  /** Statements that each new connection begins with; behind a pooler, each statement's transaction. */
  readonly begin: readonly string[];
  /** The channel to listen on; `undefined` = a pooler stands before the server, where LISTEN is lost. */
  readonly listen: { readonly channel: string; readonly onNotification: () => void } | undefined;
}

/** A connection that has been made, with the moment of it by the monotonic clock. */
interface Made {
  readonly client: pg.Client;
  readonly socket: Socket;
  readonly at: number;
}

/**
 * One connection beside the pool, for something that must neither wait for the requests nor be
 * waited for: made when it is first needed, listening on one channel, and made anew after a loss. One
 * that is lost between two statements costs neither of them. Behind a pooler each statement runs in
 * a transaction of its own, one after the other.
 */
export class OwnConnection {
  #made: Promise<Made> | undefined;
  #closed = false;
  /** Behind a pooler: the end of the transaction before. */
  #before: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: OwnConnectionOptions) {}

  /**
   * Runs one statement. With a name it is parsed and planned once a connection.
   * @throws the driver's error; the next statement begins a new connection
   */
  async query<Row extends pg.QueryResultRow>(
    text: string,
    values: readonly unknown[],
    name?: string,
  ): Promise<{ rows: Row[]; connectedAt: number }> {
    if (this.#closed) throw new Error('The connection is closed.');
    const making = (this.#made ??= this.#begin());
    try {
      const { client, at } = await making;
      const named = name === undefined ? {} : { name };
      const statement = { text, values: [...values], ...named };
      const run = (): Promise<pg.QueryResult<Row>> => client.query<Row>(statement);
      const { rows } = await (this.options.listen ? run() : this.#transact(client, run));
      return { rows, connectedAt: at };
    } catch (error) {
      this.#drop(making);
      throw error;
    }
  }

  #transact<T>(client: pg.Client, run: () => Promise<T>): Promise<T> {
    const transaction = this.#before.then(async () => {
      await client.query([beginPinned(LIMITS), ...this.options.begin].join('; '));
      const result = await run();
      await client.query('commit');
      return result;
    });
    this.#before = transaction.catch(() => undefined);
    return transaction;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const made = await this.#made?.catch(() => undefined);
    this.#made = undefined;
    if (made === undefined) return;
    // A server that is frozen or cut off never says goodbye.
    await within(GOODBYE_TIMEOUT_MS, made.client.end(), (late) => late).catch(() => undefined);
    made.socket.destroy();
  }

  #begin(): Promise<Made> {
    const making = this.#make(() => this.#drop(making));
    return making;
  }

  /** @param lost called when the connection is found to be lost between two statements */
  async #make(lost: () => void): Promise<Made> {
    const { url, begin, listen } = this.options;
    const socket = new Socket();
    const client = new pg.Client({
      ...dedicatedSettings(url),
      query_timeout: READ_TIMEOUT_MS,
      stream: () => socket,
    });
    client.on('error', lost).on('end', lost);
    if (listen) client.on('notification', listen.onNotification);
    try {
      await client.connect();
      if (listen) {
        await client.query([pinSession(LIMITS), ...begin].join('; '));
        await client.query(`listen ${listen.channel}`);
      }
    } catch (error) {
      socket.destroy();
      throw error;
    }
    return { client, socket, at: performance.now() };
  }

  #drop(making: Promise<Made>): void {
    if (this.#made === making) this.#made = undefined;
    making.then(
      ({ socket }) => socket.destroy(),
      () => undefined,
    );
  }
}
