import type { Counter, Tally } from './observe/tally.js';
import { COUNTER_NAMES } from './observe/tally.js';

/** Counters of this instance since it started; the server counts for all instances. */
export interface CacheCounts {
  /** Reads answered from the store or from a local copy. */
  readonly hits: number;
  /** Reads that found nothing, including those of an unavailable store. */
  readonly misses: number;
  /** Values stored, by a fill or by hand. */
  readonly sets: number;
  /** Keys removed. */
  readonly deletes: number;
  /** Loader runs. */
  readonly loads: number;
  /** Loader runs that threw. */
  readonly load_errors: number;
  /** Callers that joined another caller's load in this process. */
  readonly joins: number;
  /** How often a load waited for another process's load of the same key. */
  readonly waits: number;
  /** Fills that the store refused because something was invalidated meanwhile. */
  readonly refused_fills: number;
  /** Values served past their ttl (counted as hits, too). */
  readonly stale_hits: number;
  /** Background refreshes that ended with a value. */
  readonly refreshes: number;
  /** Background refreshes that failed. */
  readonly refresh_errors: number;
  /** Stored values that could not be decoded and were treated as a miss. */
  readonly corrupt: number;
  /** Store calls that failed or ran out of time. */
  readonly errors: number;
}

/** The sums of some tallies. */
export function countsOf(tallies: Iterable<Tally>): CacheCounts {
  const sums = new Map<Counter, number>();
  for (const tally of tallies) {
    for (const name of COUNTER_NAMES) sums.set(name, (sums.get(name) ?? 0) + tally.get(name));
  }
  const sum = (...names: readonly Counter[]): number =>
    names.reduce((all, name) => all + (sums.get(name) ?? 0), 0);
  return {
    hits: sum('hit', 'local_hit', 'stale_hit'),
    misses: sum('miss', 'bypass'),
    sets: sum('put_fill', 'put_refresh', 'put_set'),
    deletes: sum('removed_event', 'removed_admin', 'removed_code', 'removed_clear'),
    loads: sum('load'),
    load_errors: sum('load_failed'),
    joins: sum('joined'),
    waits: sum('waited'),
    refused_fills: sum('refused_invalidated'),
    stale_hits: sum('stale_hit'),
    refreshes: sum('refreshed'),
    refresh_errors: sum('refresh_failed'),
    corrupt: sum('corrupt'),
    errors: sum(
      'store_offline',
      'store_timeout',
      'store_refused',
      'store_closed',
      'store_unproved',
    ),
  };
}
