import { createHash } from 'node:crypto';
import type { Counts } from './counts.js';
import { CountSums, pairsOf } from './counts.js';
import { ALL, OTHER } from './namespaces.js';
import type { Counter } from './tally.js';
import { COUNTER_NAMES, READ } from './tally.js';

/** Distances of history slots. */
export const STEPS = {
  '10s': { slotMs: 10_000, slots: 720 },
  '5m': { slotMs: 300_000, slots: 2_304 },
} as const;

/** See {@link STEPS}. */
export type Step = keyof typeof STEPS;

/** A range of slots. Times in milliseconds since 1970. */
export interface HistoryRange {
  readonly step: Step;
  readonly from: number;
  readonly to: number;
}

/** What all processes counted in one slot. */
export interface HistorySlot {
  /** Its begin, in milliseconds since 1970. */
  readonly at: number;
  readonly counts: Counts;
}

/** Counters that history keeps, in the order of their bits; the others are in the totals only. */
const HISTORY_COUNTERS: readonly Counter[] = [
  ...(['hit', 'local_hit', 'stale_hit', 'miss', 'bypass'] as const),
  ...(['load', 'load_failed', 'load_ms'] as const),
  ...([
    'removed_event',
    'removed_admin',
    'removed_code',
    'removed_relay',
    'removed_clear',
  ] as const),
  ...(['refused_invalidated', 'stored_bytes'] as const),
];

/** Characters of a slot that is packed; what does not fit counts for `(other)`. */
export const SLOT_CHARACTERS = 720;
/** What is left of them for `(other)`. */
export const OTHER_CHARACTERS = 120;
/** Names of namespaces that are known by their hashes. */
export const MAX_NAMES_KNOWN = 256;

/** Of the results of reads. */
const RESULTS: readonly number[] = Object.values(READ);
/** Places of the counters that history keeps, in the order of their bits. */
export const HISTORY_PLACES = HISTORY_COUNTERS.map((name) => COUNTER_NAMES.indexOf(name));

/** The number of the slot of a time. */
export const slotNumber = (step: Step, ms: number): number => Math.floor(ms / STEPS[step].slotMs);

/** The numbers of the first and the last slot that begin in a range, of those that are kept. */
export function slotsIn(
  { step, from, to }: HistoryRange,
  now: number,
): [first: number, last: number] {
  const { slotMs, slots } = STEPS[step];
  const newest = slotNumber(step, now);
  const first = Math.max(Math.ceil(from / slotMs), newest - slots + 1);
  return [first, Math.min(slotNumber(step, to), newest)];
}

/** What is kept of a slot, as text, and the namespaces in it. The Redis store does it by a script. */
export interface PackedSlot {
  readonly text: string;
  readonly names: readonly string[];
}

/**
 * Packs a slot: its number, then for each namespace a hash of its name, a bit for each counter that
 * moved, and those counters. Numbers are of six bits a character, the lowest first; the seventh says
 * that another one follows. The least read namespaces that do not fit are put together.
 */
export function packSlot(number: number, counts: Counts): PackedSlot {
  const rest = new CountSums();
  rest.add(OTHER, pairsOf(counts.get(OTHER) ?? []));
  let text = numeral(number);
  const names: string[] = [];
  const sorted = [...counts].sort(([a, x], [b, y]) => readsOf(y) - readsOf(x) || (a < b ? -1 : 1));
  for (const [name, values] of sorted) {
    const record = recordOf(name, values);
    if (name === OTHER || record === '') continue;
    if (text.length + record.length <= SLOT_CHARACTERS - OTHER_CHARACTERS) {
      text += record;
      names.push(name);
    } else rest.add(OTHER, pairsOf(values));
  }
  return { text: text + recordOf(OTHER, rest.byName.get(OTHER) ?? []), names };
}

/** Its number, and what was counted in it. */
export type NumberedSlot = readonly [number: number, counts: Counts];

/**
 * The slots with numbers from `first` to `last`, the oldest first.
 *
 * @param live slots that are being filled; those of one number are added up
 * @param names by what stands for them, see `hashesOf`
 */
export function slotsOf(
  step: Step,
  [first, last]: readonly [number, number],
  live: readonly NumberedSlot[],
  packed: Iterable<string>,
  names: ReadonlyMap<number, string>,
): HistorySlot[] {
  const slots = new Map<number, CountSums>();
  const sumsOf = (number = NaN): CountSums | undefined => {
    // What was never filled has no number.
    if (!(number >= first && number <= last)) return undefined;
    const sums = slots.get(number) ?? new CountSums();
    slots.set(number, sums);
    return sums;
  };
  for (const text of packed) {
    const numbers = numbersOf(text);
    const sums = sumsOf(numbers[0]);
    if (sums !== undefined) addPacked(sums, numbers, names);
  }
  for (const [number, counts] of live) {
    const sums = sumsOf(number);
    for (const [name, values] of counts) sums?.add(name, pairsOf(keptOf(values)));
  }
  return [...slots]
    .sort(([a], [b]) => a - b)
    .map(([number, { byName }]) => ({ at: number * STEPS[step].slotMs, counts: byName }));
}

/** Adds what was counted in a packed slot, by its numbers. */
function addPacked(
  sums: CountSums,
  numbers: readonly number[],
  names: ReadonlyMap<number, string>,
): void {
  for (let at = 1; at + 1 < numbers.length;) {
    // The name may have been evicted.
    const namespace = names.get(numbers[at++] ?? 0) ?? OTHER;
    const moved = numbers[at++] ?? 0;
    const pairs: number[] = [];
    for (const [bit, place] of HISTORY_PLACES.entries()) {
      if ((moved & (1 << bit)) !== 0) pairs.push(place, numbers[at++] ?? 0);
    }
    sums.add(namespace, pairs);
  }
}

/** The counts that history keeps. */
function keptOf(values: readonly number[]): readonly number[] {
  const kept: number[] = [];
  for (const place of HISTORY_PLACES) kept[place] = values[place] ?? 0;
  return kept;
}

/** What was counted in some slots, by the place of the counter: of one namespace, or of all together. */
export function countsIn(slots: readonly HistorySlot[], namespace?: string): readonly number[] {
  const sums = COUNTER_NAMES.map(() => 0);
  for (const { counts } of slots) {
    const parts = namespace === undefined ? counts.values() : [counts.get(namespace) ?? []];
    for (const part of parts) {
      // Hundreds of slots are added up for each look at an overview.
      for (let at = 0; at < part.length; at++) sums[at] = (sums[at] ?? 0) + (part[at] ?? 0);
    }
  }
  return sums;
}

/** A slot with all its namespaces in one. */
export function togetherOf(slot: HistorySlot): HistorySlot {
  return { at: slot.at, counts: new Map([[ALL, countsIn([slot])]]) };
}

/** Names of namespaces by what stands for them in packed slots. */
export function hashesOf(names: Iterable<string>): Map<number, string> {
  return new Map([...names, OTHER].map((name) => [hashOfName(name), name]));
}

const hashOfName = (name: string): number =>
  Number.parseInt(createHash('sha1').update(name).digest('hex').slice(0, 7), 16);

function readsOf(values: readonly number[]): number {
  return RESULTS.reduce((sum, place) => sum + (values[place] ?? 0), 0);
}

/** Nothing if no counter moved that history keeps. */
function recordOf(name: string, values: readonly number[]): string {
  let moved = 0;
  let text = '';
  for (const [bit, place] of HISTORY_PLACES.entries()) {
    const count = values[place] ?? 0;
    if (count <= 0) continue;
    moved += 2 ** bit;
    text += numeral(count);
  }
  if (moved === 0) return '';
  return numeral(hashOfName(name)) + numeral(moved) + text;
}

function numeral(count: number): string {
  let text = '';
  let left = count;
  for (; left >= 64; left = Math.floor(left / 64)) text += String.fromCharCode(64 + (left % 64));
  return text + String.fromCharCode(left);
}

function numbersOf(text: string): number[] {
  const numbers: number[] = [];
  let [sum, unit] = [0, 1];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    sum += (code % 64) * unit;
    unit *= 64;
    if (code >= 64) continue;
    numbers.push(sum);
    [sum, unit] = [0, 1];
  }
  return numbers;
}
