/** A pattern that one write made stale. */
export interface StalePattern {
  readonly pattern: string;
  /**
   * Position of the write, the same text as its writer passes to `invalidate`. The relay leaves the
   * removal out where the store has the mark that the writer has made it.
   */
  readonly position: string;
}

/**
 * The patterns that a batch of the log made stale, or `everything` when the log does not know the
 * cursor (of another log or a restored database, or older than the retained entries). A pattern
 * without a position is removed in any case.
 */
export type InvalidationSet = readonly (string | StalePattern)[] | 'everything';

/** What became visible in the log after a cursor. */
export interface LogBatch {
  /** The end of this batch, read in the same snapshot as `stale`. */
  readonly cursor: string;
  readonly invalidations: InvalidationSet;
  /** Number of entries read; several may make the same pattern stale. */
  readonly entries: number;
  /** Age of the oldest entry when it was read, in milliseconds; absent without entries. */
  readonly oldestMs?: number | undefined;
}

/** What a cache offers to its log. */
export interface LogHost {
  /** Whether the store is shared; `false`: each process serves from its own memory. */
  readonly shared: boolean;
  /**
   * Invalidates after the commit of the announced transaction of the current call, before the call
   * that opened it returns, and calls `committed` then. Outside of one nothing happens: `false`.
   *
   * @param position of that transaction in the log
   * @throws CachePatternInvalidError
   */
  readonly afterCommit: (
    patterns: readonly string[],
    position: string,
    committed: () => void,
  ) => boolean;
  /** Logs a warning. */
  readonly warn: (message: string) => void;
}

/**
 * A durable log of what made cached values stale, written in the same transaction as the data
 * ("transactional outbox"). The application implements it over its database; cursors and positions
 * are opaque texts.
 *
 * Two rules are required:
 * - every entry is read at least once between two cursors, regardless of the order in which
 *   transactions began and ended;
 * - a transaction that is committed when `read` or `now` is called is included in the result.
 */
export interface InvalidationLog {
  /** Called once before the first use. An unavailable database is not an error. */
  open(host: LogHost): Promise<void>;
  close(): Promise<void>;

  /**
   * Entries that became visible after `cursor`, as a bounded number of patterns. For a missing or
   * unknown cursor: the current end of the log and `everything`.
   *
   * @throws when the log cannot be read now
   */
  read(cursor: string | undefined): Promise<LogBatch>;

  /** The current end of the log, as a position. @throws when the log cannot be read now */
  now(): Promise<string>;

  /**
   * Whether everything at or before `position` lies before `cursor`. A position comes from `now`,
   * or from appending the entries of a write. `false` for a position of another log.
   */
  includes(cursor: string, position: string): boolean;

  /**
   * Whether this process is certainly the only one that serves values of this database from its own
   * memory, and will be for as long as a write may rely on it. Not asked with a shared store.
   *
   * @param lingerMs how long a process may still serve after the log was last read for it
   */
  isSoleInstance(lingerMs: number): boolean;

  /** Registers a callback for appended entries; only a hint, which may be lost. */
  onAppend(wake: () => void): void;
}
