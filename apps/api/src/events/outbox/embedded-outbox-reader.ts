import type { Database } from '../../database/database.js';
import type { OutboxReader, OutboxRow } from './outbox-reader.js';
import { onlyRow } from './outbox-reader.js';
import { NOW, READ_SINCE } from './outbox-statements.js';
import { withValues } from './with-values.js';

/**
 * Reads the outbox of the embedded database: on its one connection, in turn with all other statements.
 * No other process can have it open, and `appended` announces what this process appends.
 */
export class EmbeddedOutboxReader implements OutboxReader {
  #wake: () => void = () => undefined;

  constructor(private readonly database: Database) {}

  async readSince(snapshot: string | null, limit: number): Promise<readonly OutboxRow[]> {
    const { rows } = await this.database.db.execute(withValues(READ_SINCE, [snapshot, limit]));
    // The statement's own columns.
    return rows as unknown as OutboxRow[];
  }

  async now(): Promise<Pick<OutboxRow, 'snapshot' | 'log'>> {
    const { rows } = await this.database.db.execute<{ snapshot: string; log: string }>(
      withValues(NOW, []),
    );
    return onlyRow(rows);
  }

  isSoleInstance(): boolean {
    return true;
  }

  onAppend(wake: () => void): void {
    this.#wake = wake;
  }

  appended(): void {
    this.#wake();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
