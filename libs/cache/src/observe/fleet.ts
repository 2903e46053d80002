import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Clock } from '../clock.js';
import type { Analytics } from './analytics.js';
import type { Counts } from './counts.js';
import type { FleetBoard, JournalRow } from './fleet-board.js';
import type { HistoryRange, HistorySlot } from './history.js';
import { countsIn } from './history.js';
import type { WeighedKey } from './frequent-keys.js';
import type { Histogram } from './histogram.js';
import type { Fill } from './ghost.js';
import { hashOf, isSampled } from './ghost.js';
import type { JournalEntry } from './journal.js';
import { STORE_CALL } from './recorder.js';
import { Reporter } from './reporter.js';
import type { ProcessState, Snapshot } from './snapshot.js';
import { parseSnapshot, snapshotOf } from './snapshot.js';
import type { Tally } from './tally.js';
import { COUNTER_NAMES } from './tally.js';
import { VERSION } from './version.js';

/** What the fleet asks a cache about itself. */
export interface Observed {
  readonly store: { readonly kind: 'redis' | 'memory'; readonly connected: boolean };
  state(): Pick<ProcessState, 'circuit' | 'pending_removals' | 'loading' | 'copies'>;
  readonly freshness:
    | (Pick<ProcessState, 'proof_age_ms' | 'event_lag_ms'> & {
        readonly fresh: boolean;
        readonly relay: string;
        readonly events: number;
      })
    | null;
}

/** What a process has counted itself. */
export interface OwnFigures {
  /** Counters and load times by namespace; `(all)` has what concerns no one namespace. */
  readonly namespaces: readonly (readonly [namespace: string, tally: Tally])[];
  /** Confirmations of removals. */
  readonly confirmations: Histogram;
  /** Store calls by operation. */
  readonly calls: readonly (readonly [operation: string, durations: Histogram | undefined])[];
  /** Reports that the store did not take. */
  readonly dropped: number;
}

/** What is known of all processes. */
export interface FleetView {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The live processes. */
  readonly processes: readonly Snapshot[];
  /** What all processes counted since the store has kept it, by namespace and counter. */
  readonly totals: Totals;
  /** For each range that was asked for its slots, the oldest first. */
  readonly history: readonly (readonly HistorySlot[])[];
}

/** Counts by namespace and counter. */
export type Totals = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** What is known of one key. Times are in milliseconds since 1970. */
export interface KeyHistory {
  /** When it was last stored and for how long; `undefined` if that is not known. */
  readonly fill: Fill | undefined;
  /** Whether the time of the fill is exact; otherwise it is rounded up, by a tenth of a second at most. */
  readonly isExact: boolean;
  /** Whether its fills are remembered; those of few keys are. */
  readonly isSampled: boolean;
  /** From when on; `undefined` if that is not known. */
  readonly begunAt: number | undefined;
  /** Entries of the journal, of all keys, the newest first. */
  readonly entries: readonly FleetEntry[];
}

/** Between two looks at the memory of the process, in milliseconds. */
const RSS_EVERY_MS = 10_000;
/** Entries of the journal that a look at one key goes through. */
const RECALLED = 2_000;

/** An entry of the journal, with the process that wrote it. */
export interface FleetEntry extends JournalEntry {
  readonly id: string;
  readonly process: string;
}

/**
 * What the processes of a cache have counted, and this one's part of it. Figures only: whatever
 * becomes of them, the cache serves.
 */
export class Fleet {
  /** Id of this process. */
  readonly id = randomBytes(6).toString('hex');
  readonly #begun: number;
  readonly #reporter: Reporter;
  readonly #host = hostname();
  #rss = { readAt: -Infinity, bytes: 0 };

  constructor(
    private readonly analytics: Analytics,
    private readonly observed: Observed,
    private readonly board: FleetBoard,
    private readonly parts: { readonly clock: Clock; readonly fingerprint: string },
  ) {
    const { clock } = parts;
    this.#begun = clock.now();
    const { id } = this;
    const connected = (): boolean => observed.store.connected;
    const state = (): ProcessState => this.#state();
    this.#reporter = new Reporter({ analytics, board, clock, id, connected, state });
  }

  start(): void {
    this.#reporter.start();
  }

  stop(): Promise<void> {
    return this.#reporter.stop();
  }

  /** Reports at once; a running cache does so each second. Cost: one script and one command. Never throws. */
  report(): Promise<void> {
    return this.#reporter.report();
  }

  /** This process at present. Cost: none. Never throws. */
  self(): Snapshot {
    const state = { ...this.#state(), ...this.#reporter.lost, id: this.id };
    return JSON.parse(snapshotOf(this.analytics, state)) as Snapshot; // it was made there
  }

  /**
   * What this process has counted, in full; `self` is cut to the length of a report. Cost: one pass
   * over the namespaces. Never throws.
   */
  get own(): OwnFigures {
    const { analytics } = this;
    analytics.creditHits();
    const { confirmations, calls } = analytics;
    return {
      ...{ namespaces: [...analytics.namespaces()], confirmations },
      calls: Object.entries(STORE_CALL).map(([name, at]) => [name, calls[at]] as const),
      dropped: this.#reporter.lost.dropped,
    };
  }

  /** The keys that this process has read most. Cost: a sort of at most 1,024 keys. Never throws. */
  frequentKeys(limit: number): readonly WeighedKey[] {
    return this.analytics.frequent.top(limit);
  }

  /**
   * How many processes report at present. Cost: one call.
   *
   * @throws CacheUnavailableError
   */
  size(): Promise<number> {
    return this.board.size();
  }

  /**
   * All live processes, what all have counted, and what they counted in some ranges of time: every
   * 10 seconds for two hours, every 5 minutes for eight days.
   *
   * Cost: one script.
   * @throws CacheUnavailableError
   */
  read(...ranges: readonly HistoryRange[]): Promise<FleetView> {
    return readFleet(this.board, ...ranges);
  }

  /** Adds an entry to the journal with the next report; beyond 50 a second it is only counted. */
  note(entry: JournalEntry): void {
    this.analytics.journal.write(entry);
  }

  /**
   * Entries of the journal before an id, the newest first. An entry that cannot be read is left out.
   *
   * Cost: one call.
   * @throws CacheUnavailableError
   */
  journal(before: string | undefined, limit: number): Promise<FleetEntry[]> {
    return readJournal(this.board, before, limit);
  }

  /**
   * What is known of one key: when it was last stored, and the newest 2,000 entries of the journal, with
   * what this process has not reported yet.
   *
   * Cost: one script.
   * @throws CacheUnavailableError
   */
  async recall(key: string): Promise<KeyHistory> {
    const hash = hashOf(key);
    const { fill, share, begunAt, rows } = await this.board.recall(hash, RECALLED);
    const { id: process } = this;
    const own = this.#reporter.waiting.map((entry) => ({ ...entry, process, id: `${entry.at}-0` }));
    const unreported = this.analytics.causes.unreported(hash);
    const isExact = (unreported?.filledAt ?? 0) >= (fill?.filledAt ?? 0);
    return {
      fill: isExact ? unreported : fill,
      isExact,
      isSampled: isSampled(hash, share),
      begunAt,
      entries: [...own.reverse(), ...rows.map(entryOf).filter((entry) => entry !== undefined)],
    };
  }

  /** Of the last ten seconds: the kernel takes as long for it as a report for all counters. */
  #rssBytes(): number {
    const now = this.parts.clock.now();
    if (now - this.#rss.readAt >= RSS_EVERY_MS) {
      this.#rss = { readAt: now, bytes: process.memoryUsage.rss() };
    }
    return this.#rss.bytes;
  }

  #state(): ProcessState {
    const { store, freshness } = this.observed;
    const { circuit, pending_removals, loading, copies } = this.observed.state();
    return {
      reported_at: this.analytics.time,
      host: this.#host,
      pid: process.pid,
      version: VERSION,
      uptime_seconds: Math.floor((this.parts.clock.now() - this.#begun) / 1_000),
      options: this.parts.fingerprint,
      rss_bytes: this.#rssBytes(),
      loop_late_ms: this.#reporter.lateMs,
      store: store.kind,
      circuit,
      pending_removals,
      loading,
      fresh: freshness?.fresh ?? null,
      proof_age_ms: freshness?.proof_age_ms ?? null,
      relay: freshness?.relay ?? null,
      event_lag_ms: freshness?.event_lag_ms ?? null,
      relay_events: freshness?.events ?? null,
      copies,
    };
  }
}

/** See {@link Fleet.read}; without being one of the processes. */
export async function readFleet(
  board: FleetBoard,
  ...ranges: readonly HistoryRange[]
): Promise<FleetView> {
  const { now, snapshots, totals, history } = await board.read(ranges);
  const processes = snapshots
    .map(parseSnapshot)
    .filter((one) => one !== undefined)
    .filter(({ ended }) => ended !== true);
  return { now, processes, totals: totalsOf(totals), history };
}

/** What was counted in some slots of history by counter: of one namespace, or of all together. */
export function countersOf(
  slots: readonly HistorySlot[],
  namespace?: string,
): ReadonlyMap<string, number> {
  return named(countsIn(slots, namespace));
}

/** See {@link Fleet.journal}; without being one of the processes. */
export async function readJournal(
  board: FleetBoard,
  before: string | undefined,
  limit: number,
): Promise<FleetEntry[]> {
  const rows = await board.journal(before, limit);
  return rows.map(entryOf).filter((entry) => entry !== undefined);
}

function totalsOf(sums: Counts): Totals {
  return new Map([...sums].map(([namespace, counts]) => [namespace, named(counts)]));
}

/** Counts by counter, without those that are 0. */
function named(counts: readonly number[]): Map<string, number> {
  const counters = new Map<string, number>();
  counts.forEach((count, place) => {
    if (count !== 0) counters.set(COUNTER_NAMES[place] ?? '', count);
  });
  return counters;
}

function entryOf({ id, text }: JournalRow): FleetEntry | undefined {
  try {
    const entry = JSON.parse(text) as Partial<FleetEntry>; // its parts are looked at here
    const known = typeof entry.at === 'number' && typeof entry.kind === 'string';
    return known ? ({ ...entry, id } as FleetEntry) : undefined;
  } catch {
    return undefined;
  }
}
