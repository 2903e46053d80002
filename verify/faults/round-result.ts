import type { HistoryRecord } from '../support/history.js';
import type { Downtimes } from './downtimes.js';
import { EVENT, processOf, wasHit } from './event.js';
import { histogramOf, sumOf, type Histogram } from './histogram.js';
import { judge, type Violation } from './judge.js';
import type { Failure } from './load.js';
import type { Outage } from './store-host.js';

/** A lost invalidation must have been made good within a second of the commit being known. */
const HEAL_MS = 1_000;

/** A fault that struck, in microseconds of the history. */
export interface Strike {
  readonly name: string;
  readonly begin: number;
  readonly healed: number;
  /** It did not come about: the moment that it waited for never came. */
  readonly missed: boolean;
}

type Counts = Readonly<Record<string, number>>;

/** The figures of one fault, of all the times that it struck. */
export interface FaultResult {
  readonly strikes: number;
  /** How often it did not come about, as the moment that it waited for never came. */
  readonly missed: number;
  /** Reads that began while it lasted or before the next one, and were wrong. */
  readonly violations: number;
  /**
   * From its end until every process has answered out of the cache again; -1 if one never did. Where
   * a part of the store was unavailable: from that outage's end, and out of that part.
   */
  readonly recoveryMs: readonly number[];
  /** Reads of the other parts of the store, before such an outage and during it. */
  readonly others: { readonly before: Share; readonly during: Share };
}

/** How many of some reads were hits. */
export interface Share {
  readonly reads: number;
  readonly hits: number;
}

const NONE: Share = { reads: 0, hits: 0 };
const NEVER: FaultResult = {
  ...{ strikes: 0, missed: 0, violations: 0, recoveryMs: [] },
  others: { before: NONE, during: NONE },
};
/** For so long before an outage reads are counted, in microseconds. */
const BEFORE_US = 1_500_000;

/** What one line of the results file holds: one subject, one round of faults. Sums add up. */
export interface RoundResult {
  readonly subject: string;
  readonly seed: number;
  readonly round: number;
  readonly seconds: number;
  readonly reads: number;
  readonly hits: number;
  /** Violations by their kinds: see `judge.ts`. */
  readonly stale: number;
  readonly unhealed: number;
  readonly ghost: number;
  /** Answers without any state of the usuario. */
  readonly wrong: number;
  readonly ages: Histogram;
  readonly maxAgeMs: number;
  readonly acknowledged: number;
  /** Writes without an acknowledgement, and how many of them were committed. */
  readonly lost: number;
  readonly lostCommitted: number;
  /** Failed requests by cause, while the database and the process asked were up … */
  readonly failed: Counts;
  /** … and while one of them was not. */
  readonly excused: Counts;
  readonly stuck: number;
  readonly stuckAsked: number;
  /** Processes that ended without a command to. */
  readonly exits: number;
  readonly faults: Readonly<Record<string, FaultResult>>;
}

export interface Observed {
  readonly about: Pick<RoundResult, 'subject' | 'seed' | 'round' | 'seconds' | 'exits'>;
  readonly records: readonly HistoryRecord[];
  readonly failures: readonly Failure[];
  readonly wrong: number;
  readonly strikes: readonly Strike[];
  readonly outages: readonly Outage[];
  readonly downtimes: Downtimes;
  readonly processes: number;
  readonly stuck: { readonly asked: number; readonly stuck: number };
}

/** Judges what was observed in one round. */
export function resultOf(observed: Observed): { result: RoundResult; violations: Violation[] } {
  const { about, records, failures, wrong, downtimes, stuck } = observed;
  const violations = judge(records, { healMs: HEAL_MS });
  const ofKind = (kind: string): number => violations.filter((v) => v.kind === kind).length;
  const events = (kind: number): HistoryRecord[] => records.filter((r) => r.kind === kind);
  const reads = events(EVENT.read);
  const lost = events(EVENT.lost);
  const ages = violations.map(({ ageMs }) => ageMs);
  const isExcused = ({ process, begin, end }: Failure): boolean =>
    downtimes.excuse(process, begin, end);
  const causes = (some: readonly Failure[]): Counts =>
    some.map(({ kind, cause }) => ({ [`${kind} ${cause}`]: 1 })).reduce<Counts>(sumOf, {});
  const result = {
    ...about,
    reads: reads.length,
    hits: reads.filter(wasHit).length,
    stale: ofKind('stale'),
    unhealed: ofKind('unhealed'),
    ghost: ofKind('ghost'),
    wrong,
    ages: histogramOf(ages),
    maxAgeMs: ages.reduce((max, age) => Math.max(max, age), 0),
    acknowledged: events(EVENT.acknowledged).length,
    lost: lost.length,
    lostCommitted: lost.filter(({ detail }) => detail === 1).length,
    failed: causes(failures.filter((failure) => !isExcused(failure))),
    excused: causes(failures.filter(isExcused)),
    stuck: stuck.stuck,
    stuckAsked: stuck.asked,
    faults: faultResults(observed, reads, violations),
  };
  return { result, violations };
}

function faultResults(
  { strikes, outages, processes }: Observed,
  reads: readonly HistoryRecord[],
  violations: readonly Violation[],
): Record<string, FaultResult> {
  const results: Record<string, FaultResult> = {};
  strikes.forEach(({ name, begin, healed, missed }, at) => {
    const next = strikes[at + 1]?.begin ?? Infinity;
    const outage = outages.find((each) => each.begin >= begin && each.begin < healed);
    const back = { from: outage?.end ?? healed, until: next, processes };
    const result: FaultResult = {
      strikes: missed ? 0 : 1,
      missed: missed ? 1 : 0,
      violations: violations.filter((v) => v.begin >= begin && v.begin < next).length,
      recoveryMs: [recoveryMs(reads, back, outage)],
      others: outage === undefined ? NEVER.others : othersOf(reads, outage),
    };
    results[name] = bothOf(results[name] ?? NEVER, result);
  });
  return results;
}

function recoveryMs(
  reads: readonly HistoryRecord[],
  { from, until, processes }: { from: number; until: number; processes: number },
  outage: Outage | undefined,
): number {
  const first = new Map<number, number>();
  for (const read of reads) {
    if (!wasHit(read) || read.begin < from || read.begin >= until) continue;
    if (outage?.concerns(read.row) === false) continue;
    const process = processOf(read);
    first.set(process, Math.min(first.get(process) ?? Infinity, read.end));
  }
  return first.size < processes ? -1 : Math.round((Math.max(...first.values()) - from) / 1_000);
}

function othersOf(reads: readonly HistoryRecord[], outage: Outage): FaultResult['others'] {
  const others = reads.filter(({ row }) => !outage.concerns(row));
  const share = (from: number, until: number): Share => {
    const some = others.filter(({ begin, end }) => begin >= from && end < until);
    return { reads: some.length, hits: some.filter(wasHit).length };
  };
  return {
    before: share(outage.begin - BEFORE_US, outage.begin),
    during: share(outage.begin, outage.end),
  };
}

function bothOf(a: FaultResult, b: FaultResult): FaultResult {
  const both = (x: Share, y: Share): Share => ({
    reads: x.reads + y.reads,
    hits: x.hits + y.hits,
  });
  return {
    strikes: a.strikes + b.strikes,
    missed: a.missed + b.missed,
    violations: a.violations + b.violations,
    recoveryMs: [...a.recoveryMs, ...b.recoveryMs],
    others: {
      before: both(a.others.before, b.others.before),
      during: both(a.others.during, b.others.during),
    },
  };
}

/** Both rounds as if they had been one. */
export function added(a: RoundResult, b: RoundResult): RoundResult {
  const sum = (pick: (result: RoundResult) => number): number => pick(a) + pick(b);
  const faults: Record<string, FaultResult> = { ...a.faults };
  for (const [name, fault] of Object.entries(b.faults)) {
    faults[name] = bothOf(faults[name] ?? NEVER, fault);
  }
  return {
    ...{ subject: a.subject, seed: b.seed, round: b.round, faults },
    seconds: sum((r) => r.seconds),
    reads: sum((r) => r.reads),
    hits: sum((r) => r.hits),
    stale: sum((r) => r.stale),
    unhealed: sum((r) => r.unhealed),
    ghost: sum((r) => r.ghost),
    wrong: sum((r) => r.wrong),
    ages: sumOf(a.ages, b.ages),
    maxAgeMs: Math.max(a.maxAgeMs, b.maxAgeMs),
    acknowledged: sum((r) => r.acknowledged),
    lost: sum((r) => r.lost),
    lostCommitted: sum((r) => r.lostCommitted),
    failed: sumOf(a.failed, b.failed),
    excused: sumOf(a.excused, b.excused),
    stuck: sum((r) => r.stuck),
    stuckAsked: sum((r) => r.stuckAsked),
    exits: sum((r) => r.exits),
  };
}
