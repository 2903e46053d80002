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

/**
 * The mutable side of {@link CacheCounts}: plain fields, so that counting costs a hit next to
 * nothing.
 */
export class CacheCounters implements CacheCounts {
  hits = 0;
  misses = 0;
  sets = 0;
  deletes = 0;
  loads = 0;
  load_errors = 0;
  joins = 0;
  waits = 0;
  refused_fills = 0;
  stale_hits = 0;
  refreshes = 0;
  refresh_errors = 0;
  corrupt = 0;
  errors = 0;

  /** A copy that later events do not change. */
  snapshot(): CacheCounts {
    return { ...this };
  }
}
