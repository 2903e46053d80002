import type { Counts } from './counts.js';
import type { CountPairs } from './tally.js';
import type { Fill, GhostAnswer, GhostReport } from './ghost.js';
import type { HistoryRange, HistorySlot } from './history.js';

/** What a process reports once a second. */
export interface ProcessReport {
  /** Id of the process. */
  readonly id: string;
  /** Its state and figures as JSON, at most 16 kB. */
  readonly snapshot: string;
  /** By how much its counters moved since its last report. */
  readonly moved: Moved;
  /** Journal entries as JSON. */
  readonly entries: readonly string[];
  readonly ghost: GhostReport;
  /** How many entries of the journal the process knows; `undefined` at first. */
  readonly known: number | undefined;
}

/** By how much counters moved, by namespace. */
export type Moved = readonly (readonly [namespace: string, by: CountPairs])[];

/** An entry of the fleet's journal. */
export interface JournalRow {
  /** Ids sort by time; pass one to read on. */
  readonly id: string;
  readonly text: string;
}

/** What a process learns from its report. */
export interface ReportAnswer {
  /** The board's time, in milliseconds since 1970. */
  readonly now: number;
  readonly ghost: GhostAnswer;
  /** How many entries the journal has had. */
  readonly entries: number;
  /** Those beyond `known` and the report's own, the newest first, at most {@link NEWS}. */
  readonly news: readonly JournalRow[];
}

/** What is known of one key. */
export interface Recollection {
  /** When it was last stored, if it is sampled and that was reported. */
  readonly fill: Fill | undefined;
  /** The share of all keys that is sampled, 1 or a power of a half. */
  readonly share: number;
  /** When the board was begun, in milliseconds since 1970; `undefined` for an unknown time. */
  readonly begunAt: number | undefined;
  /** The newest entries of the journal, the newest first. */
  readonly rows: readonly JournalRow[];
}

/** The live processes, and what all processes together have counted. */
export interface FleetReading {
  readonly now: number;
  /** One for each process that reported within 15 seconds. */
  readonly snapshots: readonly string[];
  /** Since the board was begun. */
  readonly totals: Counts;
  /** For each range its slots, the oldest first. */
  readonly history: readonly (readonly HistorySlot[])[];
}

/** A process that has not reported for so many milliseconds is taken for ended. */
export const PROCESS_LIFE_MS = 15_000;
/** Entries of the journal that are kept, and about how many bytes of them; fewer if they are long. */
export const JOURNAL_ENTRIES = 5_000;
export const JOURNAL_BYTES = 800_000;
/** Entries that a process is given at a time. */
export const NEWS = 200;
/** Namespaces in the totals and in a slot that is being filled; the others count for `(other)`. */
export const MAX_NAMES = 256;

/**
 * Where the processes of a cache put their figures, and find those of all. It is bookkeeping: the
 * store may forget it at any time, which costs figures and nothing else. It keeps at most 4 MB.
 */
export interface FleetBoard {
  /**
   * Cost: one script, and one command beside it.
   *
   * @throws CacheUnavailableError
   */
  report(report: ProcessReport): Promise<ReportAnswer>;
  /**
   * Cost: one script.
   *
   * @throws CacheUnavailableError
   */
  read(ranges: readonly HistoryRange[]): Promise<FleetReading>;
  /**
   * How many processes have reported within 15 seconds.
   *
   * Cost: one call.
   * @throws CacheUnavailableError
   */
  size(): Promise<number>;
  /**
   * Entries before an id, the newest first.
   *
   * Cost: one call.
   * @throws CacheUnavailableError
   */
  journal(before: string | undefined, limit: number): Promise<JournalRow[]>;
  /**
   * What is known of the key with this hash, with the newest entries of the journal.
   *
   * Cost: one script.
   * @throws CacheUnavailableError
   */
  recall(hash: number, limit: number): Promise<Recollection>;
}
