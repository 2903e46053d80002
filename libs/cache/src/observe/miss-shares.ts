import type { Histogram } from './histogram.js';
import type { Counter } from './tally.js';

/** What is counted of a namespace. */
export type Counts = (counter: Counter) => number;

/** Reads of any result. */
export const readsOf = (counts: Counts): number =>
  hitsOf(counts) + counts('miss') + counts('bypass');

/** Reads that the cache answered. */
export const hitsOf = (counts: Counts): number =>
  counts('hit') + counts('local_hit') + counts('stale_hit');

/** Why reads of a namespace were not answered, and what a change would give at most. */
export type MissShare = 'expired' | 'invalidated' | 'first' | 'evicted' | 'unknown' | 'bypass';

/** Shares and gains are from 0 to 1. */
export interface MissShares {
  /** Of the misses whose cause is known or said to be unknown; `bypass` of the reads. */
  readonly share: Readonly<Record<MissShare, number>>;
  /** By how much the hit ratio would rise at most, without that cause. */
  readonly gain: Readonly<Record<MissShare, number>>;
  /** Of the expired, those that were asked for again within one lifetime. */
  readonly again: number;
}

/**
 * The one judgement about misses, of the doctor and of the figures by namespace.
 *
 * @param reads counts of the time that is judged
 * @param causes counts of why reads missed, of that time or a longer one
 * @param lateness how late expired keys were asked for again, in lifetimes
 */
export function missSharesOf(reads: Counts, causes: Counts, lateness: Histogram): MissShares {
  const asked = readsOf(reads);
  const of = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
  const counts = {
    expired: causes('cause_expired'),
    invalidated: causes('cause_invalidated'),
    first: causes('cause_first'),
    evicted: causes('cause_evicted'),
    unknown: causes('cause_unknown') + causes('cause_unreadable'),
  };
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const missed = of(reads('miss'), asked);
  const again = of(lateness.countUpTo(1), lateness.count);
  const bypass = of(reads('bypass'), asked);
  const expired = of(counts.expired, all);
  const invalidated = of(counts.invalidated, all);
  const first = of(counts.first, all);
  const evicted = of(counts.evicted, all);
  return {
    share: { expired, invalidated, first, evicted, unknown: of(counts.unknown, all), bypass },
    gain: {
      expired: expired * again * missed,
      invalidated: invalidated * missed,
      first: first * missed,
      evicted: evicted * missed,
      unknown: 0,
      bypass,
    },
    again,
  };
}
