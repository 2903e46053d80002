import { createHash } from 'node:crypto';
import { OTHER } from './namespaces.js';

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
  readonly counts: ReadonlyMap<string, number>;
}

/** Counters that history keeps, in the order of their bits; the others are in the totals only. */
export const HISTORY_COUNTERS = [
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
] as const;

/** Counters of the slot that is being filled: beyond, they count for `(other)`. */
export const MAX_LIVE = 1_200;
/** Characters of a slot that is packed; what does not fit counts for `(other)`. */
export const SLOT_CHARACTERS = 720;
/** What is left of them for `(other)`. */
export const OTHER_CHARACTERS = 120;
/** Names of namespaces that are known by their hashes. */
export const MAX_NAMES_KNOWN = 256;

const READS = 5;
const PLACES = new Map<string, number>(HISTORY_COUNTERS.map((counter, at) => [counter, at]));

/** Whether history keeps a counter: `<namespace>\n<counter>`. */
export function isInHistory(name: string): boolean {
  return PLACES.has(name.slice(name.lastIndexOf('\n') + 1));
}

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
export function packSlot(number: number, counts: ReadonlyMap<string, number>): PackedSlot {
  const byName = new Map<string, number[]>();
  for (const [name, count] of counts) {
    const end = name.lastIndexOf('\n');
    const place = PLACES.get(name.slice(end + 1));
    if (place !== undefined) add(byName, name.slice(0, end), place, count);
  }
  const rest = new Map([[OTHER, byName.get(OTHER) ?? []]]);
  byName.delete(OTHER);
  let text = numeral(number);
  const names: string[] = [];
  const sorted = [...byName].sort(([a, x], [b, y]) => readsOf(y) - readsOf(x) || (a < b ? -1 : 1));
  for (const [name, values] of sorted) {
    const record = recordOf(name, values);
    if (text.length + record.length <= SLOT_CHARACTERS - OTHER_CHARACTERS) {
      text += record;
      names.push(name);
    } else values.forEach((count, place) => add(rest, OTHER, place, count));
  }
  const other = rest.get(OTHER) ?? [];
  return { text: other.length === 0 ? text : text + recordOf(OTHER, other), names };
}

/** A slot as it was packed. */
function unpackSlot(
  text: string,
  names: ReadonlyMap<number, string>,
): readonly [number: number, counts: Map<string, number>] {
  const [number = 0, ...numbers] = numbersOf(text);
  const counts = new Map<string, number>();
  for (let at = 0; at + 1 < numbers.length;) {
    // The name may have been evicted.
    const namespace = names.get(numbers[at++] ?? 0) ?? OTHER;
    const moved = numbers[at++] ?? 0;
    for (const [place, counter] of HISTORY_COUNTERS.entries()) {
      if (Math.floor(moved / 2 ** place) % 2 === 0) continue;
      const name = `${namespace}\n${counter}`;
      counts.set(name, (counts.get(name) ?? 0) + (numbers[at++] ?? 0));
    }
  }
  return [number, counts];
}

/**
 * The slots with numbers from `first` to `last`, the oldest first.
 *
 * @param live the slot that is being filled: its number for the empty name, and its counts
 * @param names by what stands for them, see `hashesOf`
 */
export function slotsOf(
  step: Step,
  [first, last]: readonly [number, number],
  live: ReadonlyMap<string, number>,
  packed: Iterable<string>,
  names: ReadonlyMap<number, string>,
): HistorySlot[] {
  const { slotMs } = STEPS[step];
  const present = [live.get('') ?? NaN, new Map([...live].filter(isCounter))] as const;
  return [...[...packed].map((text) => unpackSlot(text, names)), present]
    .filter(([number]) => number >= first && number <= last)
    .sort(([a], [b]) => a - b)
    .map(([number, counts]) => ({ at: number * slotMs, counts }));
}

/** Whether it is none of the board's own: the empty name, and a line feed alone. */
export const isCounter = ([name]: readonly [string, number]): boolean => name.length > 1;

/** Names of namespaces by what stands for them in packed slots. */
export function hashesOf(names: Iterable<string>): Map<number, string> {
  return new Map([...names, OTHER].map((name) => [hashOfName(name), name]));
}

const hashOfName = (name: string): number =>
  Number.parseInt(createHash('sha1').update(name).digest('hex').slice(0, 7), 16);

function add(byName: Map<string, number[]>, name: string, place: number, count: number): void {
  const values = byName.get(name) ?? [];
  values[place] = (values[place] ?? 0) + count;
  byName.set(name, values);
}

function readsOf(values: readonly number[]): number {
  return values.slice(0, READS).reduce((sum, count) => sum + count, 0);
}

function recordOf(name: string, values: readonly number[]): string {
  let moved = 0;
  let text = '';
  values.forEach((count, place) => {
    if (count <= 0) return;
    moved += 2 ** place;
    text += numeral(count);
  });
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
