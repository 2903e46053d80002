import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import type pg from 'pg';
import type { Database } from '../../database/database.js';
import { OwnConnection } from '../../database/postgres/own-connection.js';
import type { OutboxReader, OutboxRow } from './outbox-reader.js';
import { onlyRow } from './outbox-reader.js';
import { ANNOUNCE_POOLED, byIndex, NOTIFY, NOW, READ_SINCE } from './outbox-statements.js';
import { CommitNotifier } from './commit-notifier.js';
import { NOTICE_MS } from './sole-instance.js';

interface PooledOutboxReaderParts {
  readonly url: string;
  /** Its pool sends the notifications of this process's own appends. */
  readonly database: Database;
  /** Every process has a store of its own. */
  readonly ownMemory: boolean;
}

/**
 * Reads the log through a pooler, on a connection of its own that does not wait for the requests'.
 * Nothing can listen there, so what others append is found by looking; and no lock lasts, so this
 * process announces itself in a row and never counts itself alone.
 */
export class PooledOutboxReader implements OutboxReader {
  readonly #connection: OwnConnection;
  readonly #ownMemory: boolean;
  readonly #notifier: CommitNotifier;
  #wake: () => void = () => undefined;
  #noticed = false;

  constructor({ url, database, ownMemory }: PooledOutboxReaderParts) {
    this.#connection = new OwnConnection({ url, begin: [byIndex('local')], listen: undefined });
    this.#ownMemory = ownMemory;
    this.#notifier = new CommitNotifier(() => database.db.execute(sql.raw(NOTIFY)));
  }

  async readSince(snapshot: string | null, limit: number): Promise<readonly OutboxRow[]> {
    if (this.#ownMemory) await this.#announce();
    const { rows } = await this.#connection.query<OutboxRow & pg.QueryResultRow>(READ_SINCE, [
      snapshot,
      limit,
    ]);
    return rows;
  }

  async now(): Promise<Pick<OutboxRow, 'snapshot' | 'log'>> {
    const { rows } = await this.#connection.query<{ snapshot: string; log: string }>(NOW, []);
    return onlyRow(rows);
  }

  isSoleInstance(): boolean {
    return false;
  }

  onAppend(wake: () => void): void {
    this.#wake = wake;
  }

  appended(): void {
    this.#wake();
    this.#notifier.committed();
  }

  async close(): Promise<void> {
    await this.#notifier.close();
    await this.#connection.close();
  }

  /** Before the first read, a process that counts itself the sole instance is given time to notice. */
  async #announce(): Promise<void> {
    await this.#connection.query(ANNOUNCE_POOLED, []);
    if (!this.#noticed) await sleep(NOTICE_MS);
    this.#noticed = true;
  }
}
