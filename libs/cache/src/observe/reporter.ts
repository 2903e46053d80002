import { CacheUnavailableError } from '../cache-errors.js';
import type { Clock } from '../clock.js';
import { selectPattern, ALL_KEYS } from '../keys/key-selection.js';
import type { Analytics } from './analytics.js';
import type { FleetBoard, JournalRow } from './fleet-board.js';
import type { JournalEntry } from './journal.js';
import type { Losses, ProcessState } from './snapshot.js';
import { snapshotOf } from './snapshot.js';

/** Between two reports, in milliseconds. */
const EVERY_MS = 1_000;
/** Reports in a minute. */
const A_MINUTE = 60;
/** Entries that wait for a store that does not answer. */
const MAX_WAITING = 500;

/** What the reporter asks the cache at each report. */
export interface ReporterParts {
  readonly analytics: Analytics;
  readonly board: FleetBoard;
  readonly clock: Clock;
  /** Id of this process. */
  readonly id: string;
  readonly connected: () => boolean;
  readonly state: () => ProcessState;
}

/**
 * Reports what this process counted to the board, once a second and beside the requests. Without the
 * store a report is dropped and counted; its counters and journal entries wait for the next.
 */
export class Reporter {
  #entries: JournalEntry[] = [];
  #omitted = 0;
  #known: number | undefined;
  #dropped = 0;
  #cancel: (() => void) | undefined;
  #running: Promise<void> = Promise.resolve();
  #last: ProcessState | undefined;
  #late: readonly number[] = [];
  #ended = false;

  constructor(private readonly parts: ReporterParts) {}

  /** By how much the latest of the last minute's reports was late, in milliseconds. */
  get lateMs(): number {
    return Math.round(Math.max(0, ...this.#late));
  }

  /** Reports that the store did not take, and journal entries beyond the bound. */
  get lost(): Losses {
    return { dropped: this.#dropped, omitted: this.#omitted };
  }

  /** Journal entries that no report has taken, the oldest first. */
  get waiting(): readonly JournalEntry[] {
    return [...this.#entries, ...this.parts.analytics.journal.entries];
  }

  start(): void {
    this.#ended = false;
    const { clock } = this.parts;
    const due = clock.now() + EVERY_MS;
    this.#cancel = clock.after(EVERY_MS, () => {
      this.#late = [...this.#late, clock.now() - due].slice(-A_MINUTE);
      this.#running = this.report().finally(() => {
        if (this.#cancel !== undefined) this.start();
      });
    });
  }

  /** Ends with a last report, so that what was counted is not lost. */
  async stop(): Promise<void> {
    if (this.#cancel === undefined) return;
    this.#cancel();
    this.#cancel = undefined;
    await this.#running;
    this.#ended = true;
    await this.report();
  }

  /** One report. Never throws because of the store. */
  async report(): Promise<void> {
    const { analytics, board, id, connected, state } = this.parts;
    const now = state();
    this.#noteChanges(now);
    analytics.creditHits();
    this.#collect();
    const asked = analytics.causes.take();
    if (!connected()) return this.#drop(asked.settle);
    const moved = analytics.takeMoved();
    const entries = this.#entries.map((entry) => JSON.stringify({ ...entry, process: id }));
    const snapshot = snapshotOf(analytics, {
      ...{ ...now, ...this.lost, id },
      ...(this.#ended && { ended: true }),
    });
    const report = { id, snapshot, moved, entries, ghost: asked.report };
    try {
      const answer = await board.report({ ...report, known: this.#known });
      this.#entries = [];
      if (answer.entries < (this.#known ?? 0) + entries.length) this.#noteLoss(answer.now);
      for (const row of answer.news) this.#learn(row);
      if (answer.news.length < answer.entries - (this.#known ?? answer.entries) - entries.length) {
        analytics.causes.omitted();
      }
      this.#known = answer.entries;
      asked.settle(answer.ghost);
    } catch (error) {
      if (!(error instanceof CacheUnavailableError)) throw error;
      // After a timeout it may have arrived, and nothing may be counted twice.
      if (error.reason === 'timeout') this.#entries = [];
      else analytics.returnMoved(moved);
      this.#drop(asked.settle);
    }
  }

  /** The store has forgotten the journal, and with it what it had. */
  #noteLoss(at: number): void {
    this.parts.analytics.journal.write({ at, kind: 'flush', what: 'store' });
  }

  #drop(settle: () => void): void {
    this.#dropped++;
    settle();
  }

  #collect(): void {
    const { entries, omitted } = this.parts.analytics.journal.take();
    const waiting = [...this.#entries, ...entries];
    this.#omitted += omitted + Math.max(0, waiting.length - MAX_WAITING);
    if (omitted > 0) this.parts.analytics.causes.omitted();
    this.#entries = waiting.slice(-MAX_WAITING);
  }

  /** Removals of other processes are causes of misses here. */
  #learn({ text }: JournalRow): void {
    const entry = parsed(text);
    const { id, analytics } = this.parts;
    if (entry?.kind !== 'removal' || entry.process === id || entry.subject === undefined) return;
    try {
      const selection = entry.subject === '*' ? ALL_KEYS : selectPattern(entry.subject);
      analytics.causes.removed(selection, 0, entry.at);
    } catch {
      // Of another version, which may say it in another way.
      analytics.causes.omitted();
    }
  }

  /** Writes what changed since the last report: the store, the proof, the relay, local copies. */
  #noteChanges(state: ProcessState): void {
    const last = this.#last;
    this.#last = state;
    if (last === undefined) return;
    const at = this.parts.analytics.time;
    const note = (kind: 'store' | 'proof' | 'relay', what: string): void => {
      this.parts.analytics.journal.write({ at, kind, what });
    };
    if (last.circuit !== state.circuit) note('store', state.circuit);
    if (last.fresh !== state.fresh && state.fresh !== null) {
      note('proof', state.fresh ? 'found' : 'lost');
    }
    if (last.relay !== state.relay && state.relay !== null) note('relay', state.relay);
    if ((last.copies?.flushes ?? 0) < (state.copies?.flushes ?? 0)) {
      this.parts.analytics.journal.write({ at, kind: 'flush', what: 'copies' });
    }
  }
}

/** An entry of this or another version; `undefined` for anything else. */
function parsed(text: string): (JournalEntry & { readonly process?: string }) | undefined {
  try {
    // Checked field by field where it is used.
    return JSON.parse(text) as JournalEntry & { readonly process?: string };
  } catch {
    return undefined;
  }
}
