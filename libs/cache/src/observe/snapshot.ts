import type { Analytics } from './analytics.js';
import { FrequentKeys } from './frequent-keys.js';
import type { WeighedKey } from './frequent-keys.js';
import { Histogram } from './histogram.js';
import type { HistogramCells } from './histogram.js';
import type { Counter, Tally } from './tally.js';
import { READ } from './tally.js';

/** How a process is at present. */
export interface ProcessState {
  /** When this was so, in milliseconds since 1970 by the process's clock. */
  readonly reported_at: number;
  readonly host: string;
  readonly pid: number;
  /** Of the library. */
  readonly version: string;
  readonly uptime_seconds: number;
  /** The same for processes with equal options. */
  readonly options: string;
  readonly rss_bytes: number;
  /** By how much the latest report of the last minute was late: what the event loop held up. */
  readonly loop_late_ms: number;
  readonly store: 'redis' | 'memory';
  readonly circuit: 'closed' | 'open' | 'half-open';
  readonly pending_removals: number;
  readonly loading: number;
  /** Whether the store is proved fresh; `null` without an invalidation log. */
  readonly fresh: boolean | null;
  readonly proof_age_ms: number | null;
  /** Whether its relay leads, as in the freshness figures; `null` without an invalidation log. */
  readonly relay: string | null;
  readonly event_lag_ms: number | null;
  readonly relay_events: number | null;
  /** Local copies; `null` without them. */
  readonly copies: {
    readonly hits: number;
    readonly entries: number;
    readonly bytes: number;
    readonly flushes: number;
    readonly gaps: number;
  } | null;
}

/** Figures that a process could not report. */
export interface Losses {
  /** Reports that the store did not take. */
  readonly dropped: number;
  /** Journal entries beyond its bound. */
  readonly omitted: number;
}

/** What a process reports of itself. */
export interface Snapshot extends ProcessState, Losses {
  readonly id: string;
  /** The process has stopped in order, so this was its last report. */
  readonly ended?: boolean | undefined;
  /** Counters that are not 0, by namespace. */
  readonly counters: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Load times, and how late expired keys were asked for again, by namespace. */
  readonly loads: Readonly<Record<string, HistogramCells>>;
  readonly lateness: Readonly<Record<string, HistogramCells>>;
  readonly confirmations: HistogramCells;
  /** Store calls of all operations; versions before did not report them. */
  readonly calls?: HistogramCells | undefined;
  readonly hot: HeavyKeys;
  readonly dear: HeavyKeys;
  readonly large: readonly (readonly [key: string, bytes: number])[];
}

/** The heaviest keys of a process, and by how much any key may weigh more. */
export interface HeavyKeys {
  readonly keys: readonly (readonly [key: string, weight: number])[];
  readonly error: number;
}

/** Longest snapshot, in characters of JSON; what is longer has shorter lists. */
const LONGEST = 16_000;
/** Keys in each list. */
const LISTED = [100, 50, 20, 5, 0];
/** Which of them made the last snapshot short enough. */
const fitting = new WeakMap<Analytics, number>();

/** The snapshot of a process as JSON. Keys are in it, values never. */
export function snapshotOf(
  analytics: Analytics,
  state: ProcessState & Losses & Pick<Snapshot, 'id' | 'ended'>,
): string {
  const named = [...analytics.namespaces()]
    .map(([name, tally]) => ({ name, tally, uses: usesOf(tally) }))
    .sort((a, b) => b.uses - a.uses);
  const [most = 0] = LISTED;
  const hot = analytics.frequent.top(most + 1);
  const dear = analytics.dearest.top(most + 1);
  const large = analytics.largest.top(most);
  const calls = histogramSum(analytics.calls.map((each) => each.cells())).cells();
  // What was too long a second ago is so now, most likely.
  const from = fitting.get(analytics) ?? 0;
  let text = '';
  for (const [at, listed] of [...LISTED.entries()].slice(from)) {
    // With shorter lists also fewer namespaces, and fewer histograms.
    const shown = named.slice(0, Math.max(8, listed));
    const loaded = shown.filter(({ tally }) => tally.get('load') > 0).slice(0, listed);
    const lists: Omit<Snapshot, 'counters' | 'loads' | 'lateness'> = {
      ...state,
      confirmations: analytics.confirmations.cells(),
      calls,
      hot: heavyKeys(hot, listed),
      dear: heavyKeys(dear, listed),
      large: large.slice(0, listed),
    };
    text = withTexts(lists, {
      counters: shown.map(({ name, tally }) => [name, tally.json]),
      loads: loaded.map(({ name, tally }) => [name, tally.loads.json]),
      lateness: loaded.map(({ name, tally }) => [name, tally.lateness.json]),
    });
    // Where it leaves much room, longer lists are tried the next time.
    fitting.set(analytics, text.length < LONGEST / 4 ? Math.max(0, at - 1) : at);
    if (text.length <= LONGEST) return text;
  }
  return text;
}

/** JSON of an object and of records whose values are JSON already. */
function withTexts(
  object: object,
  records: Readonly<Record<string, readonly (readonly [name: string, json: string])[]>>,
): string {
  const texts = Object.entries(records).map(([field, named]) => {
    const entries = named.map(([name, json]) => `${JSON.stringify(name)}:${json}`);
    return `"${field}":{${entries.join(',')}}`;
  });
  return `${JSON.stringify(object).slice(0, -1)},${texts.join(',')}}`;
}

const RESULTS = Object.keys(READ) as Counter[]; // the results of reads are counters

/** How much a namespace is used. */
function usesOf(tally: Tally): number {
  return RESULTS.reduce((sum, counter) => sum + tally.get(counter), 0);
}

function heavyKeys(top: readonly WeighedKey[], listed: number): HeavyKeys {
  const [first, last] = [top[0], top[listed]];
  return {
    keys: top.slice(0, listed).map(({ key, weight }) => [key, Math.round(weight)]),
    // What is not listed weighs at most as much as the first that is left out.
    error: Math.ceil((first?.error ?? 0) + (last?.weight ?? 0)),
  };
}

/** The snapshot in a text; `undefined` for one of a version with another form. */
export function parseSnapshot(text: string): Snapshot | undefined {
  try {
    const given = JSON.parse(text) as Partial<Snapshot>; // its parts are looked at here
    const { id, counters, hot, dear, large, loads, lateness, confirmations } = given;
    const lists = [hot?.keys, dear?.keys, large, confirmations].every(Array.isArray);
    const records = [counters, loads, lateness].every((each) => typeof each === 'object');
    return typeof id === 'string' && lists && records ? (given as Snapshot) : undefined;
  } catch {
    return undefined;
  }
}

/** The heaviest keys of several processes together; each weight may be more by `error`. */
export function heaviest(parts: readonly HeavyKeys[], limit: number): WeighedKey[] {
  const all = new FrequentKeys(Infinity);
  for (const { keys, error } of parts) all.merge(keys, error);
  return all.top(limit);
}

/** The sum of some histograms. */
export function histogramSum(parts: readonly (HistogramCells | undefined)[]): Histogram {
  const sum = new Histogram();
  for (const cells of parts) if (cells !== undefined) sum.merge(cells);
  return sum;
}
