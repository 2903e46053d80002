import type { HistoryRecord } from '../support/history.js';
import type { Downtimes } from './downtimes.js';
import { EVENT, processOf, wasHit } from './event.js';
import { histogramOf, sumOf, type Histogram } from './histogram.js';
import { judge, type Violation } from './judge.js';
import type { Failure } from './load.js';

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
  /** From its end until every process has answered out of the cache again; -1 if one never did. */
  readonly recoveryMs: readonly number[];
}

const NEVER: FaultResult = { strikes: 0, missed: 0, violations: 0, recoveryMs: [] };

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
  readonly downtimes: Downtimes;
  readonly processes: number;
  readonly stuck: { readonly asked: number; readonly stuck: number };
}

/** Judges what was observed in one round. */
export function resultOf(observed: Observed): { result: RoundResult; violations: Violation[] } {
  const { about, records, failures, wrong, strikes, downtimes, stuck } = observed;
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
    faults: faultResults(strikes, reads, violations, observed.processes),
  };
  return { result, violations };
}

function faultResults(
  strikes: readonly Strike[],
  reads: readonly HistoryRecord[],
  violations: readonly Violation[],
  processes: number,
): Record<string, FaultResult> {
  const hits = reads.filter(wasHit);
  const results: Record<string, FaultResult> = {};
  strikes.forEach(({ name, begin, healed, missed }, at) => {
    const next = strikes[at + 1]?.begin ?? Infinity;
    const within = (time: number, from: number): boolean => time >= from && time < next;
    const first = new Map<number, number>();
    for (const hit of hits) {
      if (!within(hit.begin, healed)) continue;
      const process = processOf(hit);
      first.set(process, Math.min(first.get(process) ?? Infinity, hit.end));
    }
    const recovered = first.size === processes;
    const recoveryMs = recovered ? (Math.max(...first.values()) - healed) / 1_000 : -1;
    const before = results[name] ?? NEVER;
    results[name] = {
      strikes: before.strikes + (missed ? 0 : 1),
      missed: before.missed + (missed ? 1 : 0),
      violations: before.violations + violations.filter((v) => within(v.begin, begin)).length,
      recoveryMs: [...before.recoveryMs, Math.round(recoveryMs)],
    };
  });
  return results;
}

/** Both rounds as if they had been one. */
export function added(a: RoundResult, b: RoundResult): RoundResult {
  const sum = (pick: (result: RoundResult) => number): number => pick(a) + pick(b);
  const faults: Record<string, FaultResult> = { ...a.faults };
  for (const [name, fault] of Object.entries(b.faults)) {
    const before = faults[name] ?? NEVER;
    faults[name] = {
      strikes: before.strikes + fault.strikes,
      missed: before.missed + fault.missed,
      violations: before.violations + fault.violations,
      recoveryMs: [...before.recoveryMs, ...fault.recoveryMs],
    };
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
