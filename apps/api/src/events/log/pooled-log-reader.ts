import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import type { Database } from '../../database/database.js';
import type { LogReader, LogRow } from './log-reader.js';
import { onlyRow } from './log-reader.js';
import { ANNOUNCE_POOLED, byIndex, NOTIFY, NOW, READ_SINCE } from './log-statements.js';
import { AppendNotices } from './append-notices.js';
import { NOTICE_MS } from './solitude.js';
import { withValues } from './with-values.js';

interface PooledLogReaderParts {
  readonly database: Database;
  /** Every process has a store of its own. */
  readonly ownMemory: boolean;
}

/**
 * Reads the log through a pooler, where no connection belongs to this process: nothing can listen, so
 * what others append is found by looking, and no lock lasts, so this process announces itself in a
 * row and never counts itself alone. It waits its turn in the pool of the requests.
 */
export class PooledLogReader implements LogReader {
  readonly #database: Database;
  readonly #ownMemory: boolean;
  readonly #notices: AppendNotices;
  #wake: () => void = () => undefined;
  #noticed = false;

  constructor({ database, ownMemory }: PooledLogReaderParts) {
    this.#database = database;
    this.#ownMemory = ownMemory;
    this.#notices = new AppendNotices(() => database.db.execute(sql.raw(NOTIFY)));
  }

  async readSince(snapshot: string | null, limit: number): Promise<readonly LogRow[]> {
    if (this.#ownMemory) await this.#announce();
    const rows = await this.#database.transaction(async (tx) => {
      await tx.execute(sql.raw(byIndex('local')));
      const read = await tx.execute(withValues(READ_SINCE, [snapshot, limit]));
      return read.rows;
    });
    // The statement's own columns.
    return rows as unknown as LogRow[];
  }

  async now(): Promise<Pick<LogRow, 'snapshot' | 'log'>> {
    const { rows } = await this.#database.db.execute<{ snapshot: string; log: string }>(
      withValues(NOW, []),
    );
    return onlyRow(rows);
  }

  alone(): boolean {
    return false;
  }

  onAppend(wake: () => void): void {
    this.#wake = wake;
  }

  appended(): void {
    this.#wake();
    this.#notices.appended();
  }

  close(): Promise<void> {
    return this.#notices.close();
  }

  /** Before the first reading those who count themselves alone are given the time to notice. */
  async #announce(): Promise<void> {
    await this.#database.db.execute(sql.raw(ANNOUNCE_POOLED));
    if (!this.#noticed) await sleep(NOTICE_MS);
    this.#noticed = true;
  }
}
