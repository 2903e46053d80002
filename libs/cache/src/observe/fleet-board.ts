import type { Fill, GhostAnswer, GhostReport } from './ghost.js';

/** What a process reports once a second. */
export interface ProcessReport {
  /** Id of the process. */
  readonly id: string;
  /** Its state and figures as JSON, at most 16 kB. */
  readonly snapshot: string;
  /** By how much its counters moved since its last report; names are `<namespace>\n<counter>`. */
  readonly moved: readonly (readonly [name: string, by: number])[];
  /** Journal entries as JSON. */
  readonly entries: readonly string[];
  readonly ghost: GhostReport;
  /** How many entries of the journal the process knows; `undefined` at first. */
  readonly known: number | undefined;
}

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
  /** Since the board was begun, by `<namespace>\n<counter>`. */
  readonly totals: ReadonlyMap<string, number>;
  /** For each range its slots, the oldest first. */
  readonly history: readonly (readonly HistorySlot[])[];
}

/** Times in milliseconds since 1970. */
export interface HistoryRange {
  readonly step: Step;
  readonly from: number;
  readonly to: number;
}

/** Distances of history slots. */
export const STEPS = {
  '10s': { slotMs: 10_000, groupMs: 600_000, keptMs: 7_200_000 },
  '5m': { slotMs: 300_000, groupMs: 86_400_000, keptMs: 8 * 86_400_000 },
} as const;

/** See {@link STEPS}. */
export type Step = keyof typeof STEPS;

/** What all processes counted in one slot. */
export interface HistorySlot {
  /** Its begin, in milliseconds since 1970. */
  readonly at: number;
  readonly counts: ReadonlyMap<string, number>;
}

/** A process that has not reported for so many milliseconds is taken for ended. */
export const PROCESS_LIFE_MS = 15_000;
/** Entries of the journal that are kept. */
export const JOURNAL_ENTRIES = 5_000;
/** Entries that a process is given at a time. */
export const NEWS = 200;
/** Names in a group of history slots, and in the totals: beyond, names are left out. */
export const MAX_NAMES = 3_000;

/**
 * Where the processes of a cache put their figures, and find those of all. It is bookkeeping: the
 * store may forget it at any time, which costs figures and nothing else. It keeps at most 4 MB.
 */
export interface FleetBoard {
  /**
   * Cost: one script.
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

/** Counters that history keeps; the others are in the totals only. */
const IN_HISTORY =
  /\n(?:hit|local_hit|stale_hit|miss|bypass|load|load_ms|load_failed|removed_\w+|refused_invalidated|stored_bytes)$/;

/** Whether history keeps a counter. */
export function isInHistory(name: string): boolean {
  return IN_HISTORY.test(name);
}

/** The begin of the slot, or group of slots, of a time. */
export function slotOf(ms: number, lengthMs: number): number {
  return ms - (ms % lengthMs);
}

/** The groups of slots from `from` to `to`, within what is kept. */
export function groupsOf(step: Step, from: number, to: number, now: number): number[] {
  const { groupMs, keptMs } = STEPS[step];
  const groups: number[] = [];
  const end = Math.min(to, now);
  for (let at = slotOf(Math.max(from, now - keptMs), groupMs); at <= end; at += groupMs) {
    groups.push(at);
  }
  return groups;
}

/** Sorts the fields of groups, `<slot>\n<name>`, into slots. */
export function slotsOf(
  fields: Iterable<readonly [field: string, count: number]>,
  from: number,
  to: number,
): HistorySlot[] {
  const slots = new Map<number, Map<string, number>>();
  for (const [field, count] of fields) {
    const at = Number(field.slice(0, field.indexOf('\n')));
    if (!(at >= from && at <= to)) continue;
    const counts = slots.get(at) ?? new Map<string, number>();
    counts.set(field.slice(field.indexOf('\n') + 1), count);
    slots.set(at, counts);
  }
  return [...slots].sort(([a], [b]) => a - b).map(([at, counts]) => ({ at, counts }));
}
