import type { components } from '../api/schema.js';

type Reads = components['schemas']['ReadsDto'];
type Overview = components['schemas']['CacheOverviewDto'];
type Point = components['schemas']['HistoryPointDto'];
export type ReadKind = keyof Reads;

export const READ_KINDS = ['hit', 'local_hit', 'stale_hit', 'miss', 'bypass'] as const;

interface Slot {
  readonly reads: Record<ReadKind, number>;
  /** Over which the reads are known. */
  seconds: number;
  loadMs: number | null;
}

/** What a chart draws: one column a slot; null where nothing is known. */
export interface RatesView {
  readonly times: readonly number[];
  readonly reads: Readonly<Record<ReadKind, readonly (number | null)[]>>;
  readonly ratio: readonly (number | null)[];
  readonly loadMs: readonly (number | null)[];
}

/**
 * Reads by time in slots of equal length, a fixed number of them: those before from the history, those
 * since from the differences of the totals. A slot in which nothing was asked stays unknown.
 */
export class Rates {
  readonly #slots = new Map<number, Slot>();
  #last: Overview | undefined;

  constructor(
    private readonly slotSeconds: number,
    private readonly length: number,
  ) {}

  /** Puts in what happened before `now`. Slots of the history without a count had no reads. */
  seed(points: readonly Point[], now: number): void {
    const current = this.#slotOf(now);
    const [first] = points;
    if (first === undefined) return;
    const begin = this.#slotOf(Date.parse(first.at));
    for (let at = begin; at < current; at += this.slotSeconds) {
      if (!this.#slots.has(at)) this.#slots.set(at, emptySlot(this.slotSeconds));
    }
    for (const { at, reads, load_ms_mean: loadMs } of points) {
      const start = this.#slotOf(Date.parse(at));
      if (start < current) {
        this.#slots.set(start, { reads: { ...reads }, seconds: this.slotSeconds, loadMs });
      }
    }
    this.#trim(current);
  }

  /** Adds what has happened since the overview before. */
  add(next: Overview): void {
    const before = this.#last;
    this.#last = next;
    if (before === undefined) return;
    const seconds = (Date.parse(next.at) - Date.parse(before.at)) / 1_000;
    // After a pause it is not known when in it the reads happened.
    if (seconds <= 0 || seconds > 2 * this.slotSeconds) return;
    const start = this.#slotOf(Date.parse(next.at));
    const slot = this.#slots.get(start) ?? emptySlot(0);
    for (const kind of READ_KINDS) {
      const difference = next.totals.reads[kind] - before.totals.reads[kind];
      slot.reads[kind] += Math.max(0, difference);
    }
    slot.seconds += seconds;
    slot.loadMs = next.windows[0]?.load_ms_mean ?? null;
    this.#slots.set(start, slot);
    this.#trim(start);
  }

  /** The last slots up to the newest. */
  view(): RatesView {
    const newest =
      this.#slots.size === 0 ? this.#slotOf(Date.now()) : Math.max(...this.#slots.keys());
    const times = Array.from(
      { length: this.length },
      (_, at) => newest - (this.length - 1 - at) * this.slotSeconds,
    );
    const slots = times.map((at) => this.#slots.get(at));
    const column = (of: (slot: Slot) => number | null): (number | null)[] =>
      slots.map((slot) => (slot === undefined ? null : of(slot)));
    const reads = Object.fromEntries(
      READ_KINDS.map((kind) => [kind, column((slot) => slot.reads[kind] / slot.seconds)]),
    ) as Record<ReadKind, (number | null)[]>; // of exactly these kinds
    return { times, reads, ratio: column(ratioOf), loadMs: column(({ loadMs }) => loadMs) };
  }

  #slotOf(moment: number): number {
    return Math.floor(moment / 1_000 / this.slotSeconds) * this.slotSeconds;
  }

  #trim(newest: number): void {
    const oldest = newest - this.length * this.slotSeconds;
    for (const at of this.#slots.keys()) if (at <= oldest) this.#slots.delete(at);
  }
}

const emptySlot = (seconds: number): Slot => ({
  reads: { hit: 0, local_hit: 0, stale_hit: 0, miss: 0, bypass: 0 },
  seconds,
  loadMs: null,
});

/** The hits of some reads; null without any. */
export function ratioOf({ reads }: { readonly reads: Reads }): number | null {
  const hits = reads.hit + reads.local_hit + reads.stale_hit;
  const all = hits + reads.miss + reads.bypass;
  return all === 0 ? null : hits / all;
}

/** All reads of some kinds. */
export function readsIn(reads: Reads): number {
  return READ_KINDS.reduce((sum, kind) => sum + reads[kind], 0);
}
