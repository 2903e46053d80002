import { readHistory, RECORD, REST } from '../support/history.js';
import type { InversionCounts } from './inversions.js';
import { Inversions } from './inversions.js';
import { lowerBound, percentiles } from '../support/order-statistics.js';

/** What a history says. Times in milliseconds. */
export interface Verdict {
  readonly reads: number;
  readonly loads: number;
  /** Reads that began after the acknowledgement of a newer state than they returned. */
  readonly stale: number;
  /** How old the returned states were: since the acknowledgement of their successors. */
  readonly staleness: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Reads that were not stale and yet returned an older state than an earlier read. */
  readonly inversions: InversionCounts;
  readonly invalidations: number;
  /** Invalidations that began while the old state of one of their rows was being loaded. */
  readonly duringLoad: number;
  /** Reads that threw; the adapters' loaders never do. */
  readonly failures: number;
  /** Reads that returned no state of their row, or one that was never written. */
  readonly wrong: number;
  /** Attempts at invalidation that threw. */
  readonly retries: number;
  readonly readMs: { readonly p50: number; readonly p99: number };
  /** How long invalidations took to be acknowledged. */
  readonly invalidationMs: { readonly p50: number; readonly p99: number };
}

/** A row's acknowledgements, in the order of the states; one writer makes times ascend as well. */
interface Acknowledgements {
  readonly versions: number[];
  readonly times: number[];
}

const FIRST_VERSION = 1;
/** Every so-manieth read is timed. */
const SAMPLE = 16;

/**
 * Judges the histories of all processes of one run. Knows nothing of caches: it compares the
 * state that a read returned with the acknowledgements before the read began.
 */
export async function checkHistories(paths: readonly string[]): Promise<Verdict> {
  const rows = new Map<number, Acknowledgements>();
  const openLoads = new Map<number, [number, number][]>();
  const operations: { begin: number; rows: number[] }[] = [];
  const waits: number[] = [];
  const counts = { loads: 0, failures: 0, wrong: 0, retries: 0, reads: 0, stale: 0 };
  const inversions = new Inversions();

  for (const path of paths) {
    for await (const { kind, row, version, begin, end, detail } of readHistory(path)) {
      if (kind === RECORD.write) {
        const acknowledged = entryOf(rows, row, () => ({ versions: [], times: [] }));
        acknowledged.versions.push(version);
        acknowledged.times.push(end);
        if (detail >= REST) operations.at(-1)?.rows.push(row);
        else {
          operations.push({ begin, rows: [row] });
          waits.push((end - begin) / 1_000);
        }
      } else if (kind === RECORD.load) {
        counts.loads++;
        entryOf(openLoads, row, (): [number, number][] => []).push([begin, end]);
      } else if (kind === RECORD.read) inversions.note(row, version, end);
      else if (kind === RECORD.failure) counts.failures++;
      else if (kind === RECORD.wrong) counts.wrong++;
      else if (kind === RECORD.retry) counts.retries++;
    }
  }
  for (const [row, { versions, times }] of rows) assertOrdered(row, versions, times);

  const staleness: number[] = [];
  const durations: number[] = [];
  for (const path of paths) {
    for await (const { kind, row, version, begin, end, detail } of readHistory(path)) {
      if (kind !== RECORD.read) continue;
      if (counts.reads++ % SAMPLE === 0) durations.push((end - begin) / 1_000);
      const acknowledged = rows.get(row);
      const { versions, times } = acknowledged ?? { versions: [], times: [] };
      // A state may be read before its invalidation is acknowledged, but not before it exists.
      if (version > (versions.at(-1) ?? FIRST_VERSION) + 1) counts.wrong++;
      const before = lowerBound(times, begin);
      const newest = before === 0 ? FIRST_VERSION : (versions[before - 1] ?? FIRST_VERSION);
      if (version >= newest) {
        inversions.judge(`${path} ${detail}`, row, version, begin);
        continue;
      }
      counts.stale++;
      const successor = times[lowerBound(versions, version + 1)] ?? begin;
      staleness.push((begin - successor) / 1_000);
    }
  }

  return {
    ...counts,
    staleness: { ...percentiles(staleness), max: Math.max(0, staleness.at(-1) ?? 0) },
    inversions: inversions.counts,
    invalidations: operations.length,
    duringLoad: countDuring(operations, openLoads),
    readMs: percentiles(durations),
    invalidationMs: percentiles(waits),
  };
}

/** The history itself must make sense, or its verdict means nothing. */
function assertOrdered(row: number, versions: readonly number[], times: readonly number[]): void {
  versions.forEach((version, at) => {
    const expected = FIRST_VERSION + at + 1;
    if (version !== expected) throw new Error(`row ${row} skips from ${expected} to ${version}`);
    if (at > 0 && (times[at] ?? 0) < (times[at - 1] ?? 0)) {
      throw new Error(`row ${row}: the clock of its writer ran backwards`);
    }
  });
}

function countDuring(
  operations: readonly { begin: number; rows: number[] }[],
  openLoads: ReadonlyMap<number, [number, number][]>,
): number {
  const byRow = new Map<number, { begins: number[]; latestEnds: number[] }>();
  for (const [row, loads] of openLoads) {
    loads.sort(([a], [b]) => a - b);
    let latest = 0;
    const latestEnds = loads.map(([, end]) => (latest = Math.max(latest, end)));
    byRow.set(row, { begins: loads.map(([begin]) => begin), latestEnds });
  }
  const open = (row: number, at: number): boolean => {
    const loads = byRow.get(row);
    if (loads === undefined) return false;
    const before = lowerBound(loads.begins, at);
    return before > 0 && (loads.latestEnds[before - 1] ?? 0) > at;
  };
  return operations.filter(({ begin, rows }) => rows.some((row) => open(row, begin))).length;
}

function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
