/** What this instance did since it started, beside what the server counts for everybody. */
export interface CacheCounts {
  /** Reads answered from the store, or from a copy in the memory of the process. */
  readonly hits: number;
  /** Reads that found nothing (a store that was away included). */
  readonly misses: number;
  /** Values stored, by a fill or by hand. */
  readonly sets: number;
  /** Keys removed. */
  readonly deletes: number;
  /** Loader runs. */
  readonly loads: number;
  /** Loader runs that threw. */
  readonly load_errors: number;
  /** Callers served by another caller's load in this process. */
  readonly joins: number;
  /** Times that a load waited for another process's load of the same key. */
  readonly waits: number;
  /** Fills that the store refused because something was invalidated meanwhile. */
  readonly refused_fills: number;
  /** Values served past their ttl (counted as hits, too). */
  readonly stale_hits: number;
  /** Refreshes in the background that ended with a value. */
  readonly refreshes: number;
  /** Refreshes in the background that failed. */
  readonly refresh_errors: number;
  /** Stored texts that were no JSON and were treated as a miss. */
  readonly corrupt: number;
  /** Store calls that failed or ran out of time. */
  readonly errors: number;
}

/** The mutable side of {@link CacheCounts}: plain fields, because a hit must not pay for counting. */
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
