/**
 * The patterns that a stretch of the log made stale, or `everything`: the log cannot tell, because
 * it does not know the cursor (another log's, a restored database's, older than what is kept).
 */
export type InvalidationSet = readonly string[] | 'everything';

/** What became visible in the log after a cursor. */
export interface LogBatch {
  /** Up to where this reading goes. It was taken in one and the same moment as `stale`. */
  readonly cursor: string;
  readonly invalidations: InvalidationSet;
  /** Entries read; several may make the same pattern stale. */
  readonly entries: number;
  /** Age of the oldest of them when it was read, in milliseconds; absent when there was none. */
  readonly oldestMs?: number | undefined;
}

/**
 * A durable log of what made cached values stale, written in the same transaction as the data
 * ("transactional outbox"). The application implements it over its database; cursors and positions
 * are texts that only it understands.
 *
 * Two rules carry everything built upon it:
 * - every entry is read exactly once or more often between two cursors, never less often, in
 *   whatever order the transactions began and ended;
 * - a transaction that is committed when `read` or `now` is called is in what they answer.
 */
export interface InvalidationLog {
  /** Called once before the first use. A database that is away is no error. */
  open(): Promise<void>;
  close(): Promise<void>;

  /**
   * What became visible after `cursor`, in a bounded number of patterns. Without a cursor, or with
   * one that it does not know, the present end of the log and `everything`.
   *
   * @throws when the log cannot be read now
   */
  read(cursor: string | undefined): Promise<LogBatch>;

  /** The present end of the log, as a position. @throws when the log cannot be read now */
  now(): Promise<string>;

  /**
   * Whether everything at or before `position` lies before `cursor`. A position is what `now`
   * answered, or what a write was given when it appended its entries. `false` for another log's.
   */
  includes(cursor: string, position: string): boolean;

  /**
   * Whether this process is certainly the only one that serves values of this database from its own
   * memory, and will be for as long as a write may rely on it. Not asked with a shared store.
   *
   * @param lingerMs how long a process may still serve after the log was last read for it
   */
  isSoleInstance(lingerMs: number): boolean;

  /** Whenever something was appended; a hint, and it may be lost. */
  onAppend(wake: () => void): void;
}
