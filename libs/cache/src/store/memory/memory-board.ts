import type { Clock } from '../../clock.js';
import type {
  FleetBoard,
  FleetReading,
  HistoryRange,
  JournalRow,
  ProcessReport,
  Recollection,
  ReportAnswer,
} from '../../observe/fleet-board.js';
import {
  groupsOf,
  isInHistory,
  JOURNAL_ENTRIES,
  MAX_NAMES,
  slotOf,
  slotsOf,
  STEPS,
} from '../../observe/fleet-board.js';
import { Ghost } from '../../observe/ghost.js';

/** The board of a store that lives in one process: the same figures and bounds as the shared one. */
export class MemoryBoard implements FleetBoard {
  #snapshot: string | undefined;
  readonly #totals = new Map<string, number>();
  /** By step and begin of the group. */
  readonly #groups = new Map<string, Map<string, number>>();
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
    for (const [name, by] of moved) this.#add(now, name, by);
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
    const history = ranges.map(({ step, from, to }) => {
      const groups = groupsOf(step, from, to, now);
      const fields = groups.flatMap((at) => [...(this.#groups.get(`${step}:${at}`) ?? [])]);
      return slotsOf(fields, from, to);
    });
    return Promise.resolve({ now, snapshots, totals: new Map(this.#totals), history });
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

  #add(now: number, name: string, by: number): void {
    addTo(this.#totals, name, by);
    if (!isInHistory(name)) return;
    for (const [step, { slotMs, groupMs, keptMs }] of Object.entries(STEPS)) {
      const group = `${step}:${slotOf(now, groupMs)}`;
      let slots = this.#groups.get(group);
      if (slots === undefined) {
        this.#groups.set(group, (slots = new Map<string, number>()));
        for (const other of this.#groups.keys()) {
          const [of, at] = other.split(':');
          if (of === step && Number(at) < now - keptMs - groupMs) this.#groups.delete(other);
        }
      }
      addTo(slots, `${slotOf(now, slotMs)}\n${name}`, by);
    }
  }
}

function addTo(counts: Map<string, number>, name: string, by: number): void {
  const known = counts.get(name);
  if (known === undefined && counts.size >= MAX_NAMES) return;
  counts.set(name, (known ?? 0) + by);
}
