import type { Clock } from '../../clock.js';
import type {
  FleetBoard,
  FleetReading,
  JournalRow,
  ProcessReport,
  Recollection,
  ReportAnswer,
} from '../../observe/fleet-board.js';
import { JOURNAL_ENTRIES, MAX_NAMES } from '../../observe/fleet-board.js';
import type { CountPairs } from '../../observe/tally.js';
import { CountSums } from '../../observe/counts.js';
import type { HistoryRange, HistorySlot, Step } from '../../observe/history.js';
import {
  hashesOf,
  MAX_NAMES_KNOWN,
  packSlot,
  slotNumber,
  slotsIn,
  slotsOf,
  STEPS,
} from '../../observe/history.js';
import { Ghost } from '../../observe/ghost.js';

/** The board of a store that lives in one process: the same figures and bounds as the shared one. */
export class MemoryBoard implements FleetBoard {
  #snapshot: string | undefined;
  readonly #totals = new CountSums(MAX_NAMES);
  readonly #history = { '10s': new MemoryHistory('10s'), '5m': new MemoryHistory('5m') };
  readonly #journal: JournalRow[] = [];
  readonly #ghost = new Ghost();
  /** The system's time when its clock was 0. */
  readonly #begun: number;
  readonly #firstAt: number;
  #serial = 0;

  constructor(private readonly clock: Clock) {
    this.#begun = Date.now() - clock.now();
    this.#firstAt = this.#now();
  }

  report({ snapshot, moved, entries, ghost }: ProcessReport): Promise<ReportAnswer> {
    const now = this.#now();
    this.#snapshot = snapshot;
    for (const [name, by] of moved) {
      this.#totals.add(name, by);
      for (const history of Object.values(this.#history)) history.add(now, name, by);
    }
    for (const text of entries) this.#journal.push({ id: this.#nextId(), text });
    this.#journal.splice(0, this.#journal.length - JOURNAL_ENTRIES);
    // All entries are this process's own.
    return Promise.resolve({
      now,
      ghost: this.#ghost.exchange(ghost, now),
      entries: this.#serial,
      news: [],
    });
  }

  read(ranges: readonly HistoryRange[]): Promise<FleetReading> {
    const now = this.#now();
    const snapshots = this.#snapshot === undefined ? [] : [this.#snapshot];
    const history = ranges.map((range) => this.#history[range.step].read(range, now));
    return Promise.resolve({ now, snapshots, totals: this.#totals.byName, history });
  }

  size(): Promise<number> {
    return Promise.resolve(1);
  }

  journal(before: string | undefined, limit: number): Promise<JournalRow[]> {
    const end =
      before === undefined ? undefined : this.#journal.findIndex(({ id }) => id >= before);
    const older = this.#journal.slice(0, end === -1 ? undefined : end);
    return Promise.resolve(older.reverse().slice(0, limit));
  }

  async recall(hash: number, limit: number): Promise<Recollection> {
    return {
      fill: this.#ghost.fillOf(hash),
      share: this.#ghost.share,
      begunAt: this.#firstAt,
      rows: await this.journal(undefined, limit),
    };
  }

  #now(): number {
    return Math.floor(this.#begun + this.clock.now());
  }

  /** As long as those of a Redis stream, so that they sort as texts. */
  #nextId(): string {
    return `${this.#now()}-${String(this.#serial++).padStart(12, '0')}`;
  }
}

/** The slots of one length: the one that is being filled, and packed ones. */
class MemoryHistory {
  #number: number | undefined;
  #live = new CountSums();
  /** By number modulo how many are kept. */
  readonly #packed = new Map<number, string>();
  /** Namespaces in them; the latest packed are the last. */
  readonly #names = new Set<string>();

  constructor(private readonly step: Step) {}

  add(now: number, name: string, by: CountPairs): void {
    const number = slotNumber(this.step, now);
    if (this.#number !== number) {
      if (this.#number !== undefined) this.#pack(this.#number);
      this.#live = new CountSums(MAX_NAMES);
      this.#number = number;
    }
    this.#live.add(name, by);
  }

  read(range: HistoryRange, now: number): HistorySlot[] {
    const hashes = hashesOf(this.#names);
    const live = [[this.#number ?? NaN, this.#live.byName]] as const;
    return slotsOf(this.step, slotsIn(range, now), live, this.#packed.values(), hashes);
  }

  #pack(number: number): void {
    const { text, names } = packSlot(number, this.#live.byName);
    this.#packed.set(number % STEPS[this.step].slots, text);
    for (const name of names) {
      this.#names.delete(name);
      this.#names.add(name);
    }
    for (const name of this.#names) {
      if (this.#names.size <= MAX_NAMES_KNOWN) break;
      this.#names.delete(name);
    }
  }
}
