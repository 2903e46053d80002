import type { RunStatement } from '../statement.js';
import { onlyRow } from '../statement.js';
import type { OutboxStatements } from '../statements.js';
import type { OutboxReader, OutboxRow } from './outbox-reader.js';

/**
 * Reads the outbox of an embedded database: on its one connection, in turn with all other statements.
 * No other process can have it open, and `appended` announces what this process appends.
 */
export class EmbeddedReader implements OutboxReader {
  #wake: () => void = () => undefined;

  constructor(
    private readonly run: RunStatement,
    private readonly statements: OutboxStatements,
  ) {}

  async readSince(snapshot: string | null, limit: number): Promise<readonly OutboxRow[]> {
    const rows = await this.run({ text: this.statements.readSince, values: [snapshot, limit] });
    return rows as readonly OutboxRow[]; // the statement's own columns
  }

  async now(): Promise<Pick<OutboxRow, 'snapshot' | 'log'>> {
    return onlyRow(await this.run({ text: this.statements.now, values: [] }));
  }

  announce(): void {
    // Nothing but this process could notice.
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
