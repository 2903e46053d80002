/** Rows of `readSince`. */
export interface OutboxRow {
  readonly snapshot: string;
  readonly log: string;
  readonly pruned: string;
  /** `null` in the one row that says that nothing became visible. */
  readonly name: string | null;
  readonly data: unknown;
  /** The transaction that appended it. */
  readonly xid: string | null;
  readonly age: number | null;
}

/** How an outbox is read: on a connection of its own, or on the embedded database's only one. */
export interface OutboxReader {
  readSince(snapshot: string | null, limit: number): Promise<readonly OutboxRow[]>;
  now(): Promise<Pick<OutboxRow, 'snapshot' | 'log'>>;
  /** From now on this process serves values from its own memory, and the others are to know. */
  announce(): void;
  /**
   * Whether no other process serves values of this database from its own memory, one that is gone
   * and lingers included.
   */
  isSoleInstance(lingerMs: number): boolean;
  onAppend(wake: () => void): void;
  /** Called after each commit of this process that appended events: notifies the readers of the outbox. */
  appended(): void;
  close(): Promise<void>;
}
