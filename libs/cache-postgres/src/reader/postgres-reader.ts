import { setTimeout as sleep } from 'node:timers/promises';
import type { RunStatement, Statement } from '../statement.js';
import { onlyRow } from '../statement.js';
import type { OutboxStatements } from '../statements.js';
import { ANNOUNCE } from '../statements.js';
import { CommitNotifier } from './commit-notifier.js';
import type { OutboxReader, OutboxRow } from './outbox-reader.js';
import { OwnConnection } from './own-connection.js';
import { NOTICE_MS, SoleInstance } from './sole-instance.js';

type Row = OutboxRow & { readonly processes?: number };

export interface PostgresReaderParts {
  /** As the client of node-postgres takes it. */
  readonly settings: object;
  readonly statements: OutboxStatements;
  /** Whether a pooler is known to stand before the server. */
  readonly pooled: boolean;
  /** Sends the notifications of this process's own appends; else reads wait for them. */
  readonly pool: RunStatement | undefined;
  readonly onPooler: () => void;
}

/**
 * Reads the outbox on a connection of its own, which also listens for appends. A process that serves from
 * its own memory announces itself by a lock that ends with its connection.
 *
 * Behind a pooler nothing can listen, so what others append is found by looking; and no lock lasts, so
 * such a process announces itself in a row and never counts itself alone.
 */
export class PostgresReader implements OutboxReader {
  readonly #statements: OutboxStatements;
  readonly #connection: OwnConnection;
  readonly #notifier: CommitNotifier;
  #soleInstance: SoleInstance | undefined;
  #wake: () => void = () => undefined;
  #pooled: boolean;
  #noticed = false;

  constructor({ settings, statements, pooled, pool, onPooler }: PostgresReaderParts) {
    this.#statements = statements;
    this.#pooled = pooled;
    this.#connection = new OwnConnection({
      settings,
      pooled,
      begin: () => [...(this.#soleInstance ? [ANNOUNCE] : []), statements.listen],
      onNotification: () => this.#wake(),
      onPooler: () => {
        this.#pooled = true;
        onPooler();
      },
    });
    const notice = { text: statements.notify, values: [] };
    this.#notifier = new CommitNotifier(() =>
      pool === undefined ? this.#connection.query(notice) : pool(notice),
    );
  }

  /** Runs a statement of the outbox on its connection. */
  readonly run: RunStatement = async (statement) => (await this.#connection.query(statement)).rows;

  async readSince(snapshot: string | null, limit: number): Promise<readonly OutboxRow[]> {
    const { readSince: text, readAndCount } = this.#statements;
    const values = [snapshot, limit];
    const read = { text, values, name: 'gad_read_since' };
    if (this.#soleInstance === undefined) return (await this.#rows(read)).rows;
    if (await this.#connection.pooled()) {
      await this.#announceInRow();
      return (await this.#rows(read)).rows;
    }
    return this.#readAndCount({ text: readAndCount, values, name: 'gad_read_and_count' });
  }

  async now(): Promise<Pick<OutboxRow, 'snapshot' | 'log'>> {
    return onlyRow(await this.run({ text: this.#statements.now, values: [] }));
  }

  announce(): void {
    if (this.#soleInstance !== undefined) return;
    this.#soleInstance = new SoleInstance(NOTICE_MS);
    // One that was made before holds no lock.
    this.#connection.reset();
  }

  isSoleInstance(lingerMs: number): boolean {
    return this.#soleInstance?.isProven(performance.now(), lingerMs) === true;
  }

  onAppend(wake: () => void): void {
    this.#wake = wake;
  }

  appended(): void {
    if (this.#pooled) this.#wake();
    this.#notifier.committed();
  }

  async close(): Promise<void> {
    await this.#notifier.close();
    await this.#connection.close();
  }

  async #readAndCount(read: Statement): Promise<readonly OutboxRow[]> {
    for (;;) {
      const sentAt = performance.now();
      const { rows, connectedAt } = await this.#rows(read);
      const earlyMs = connectedAt + NOTICE_MS - sentAt;
      if (earlyMs <= 0) {
        this.#soleInstance?.note(sentAt, onlyRow<Row>(rows).processes ?? 0);
        return rows;
      }
      // A process that counts itself the sole instance has to notice the announcement first.
      this.#soleInstance?.lose();
      await sleep(earlyMs);
    }
  }

  async #rows(read: Statement): Promise<{ rows: readonly Row[]; connectedAt: number }> {
    try {
      const { rows, connectedAt } = await this.#connection.query(read);
      return { rows: rows as Row[], connectedAt }; // the statement's own columns
    } catch (error) {
      this.#soleInstance?.lose();
      throw error;
    }
  }

  /** Before the first read, a process that counts itself the sole instance is given time to notice. */
  async #announceInRow(): Promise<void> {
    await this.run({ text: this.#statements.announcePooled, values: [] });
    if (!this.#noticed) await sleep(NOTICE_MS);
    this.#noticed = true;
  }
}
