import { Histogram } from './histogram.js';

/**
 * Every counter of a namespace. Reports, sums over processes, history and metrics go over this
 * list, so that a new counter is one line: the last, as the places are stored.
 */
const COUNTERS = {
  // Reads by result: each read counts in one of them.
  hit: 0,
  local_hit: 1,
  stale_hit: 2,
  miss: 3,
  bypass: 4,
  // Values stored, by a load, a background refresh, or by hand.
  put_fill: 5,
  put_refresh: 6,
  put_set: 7,
  // Values that were not stored, and why.
  refused_invalidated: 8,
  refused_too_large: 9,
  refused_unserialisable: 10,
  refused_unavailable: 11,
  /** Loader runs, and those that threw. */
  load: 12,
  load_failed: 13,
  /** Milliseconds that loads took. */
  load_ms: 14,
  joined: 15,
  waited: 16,
  // Removed keys, by cause.
  removed_event: 17,
  removed_admin: 18,
  removed_code: 19,
  removed_relay: 20,
  removed_clear: 21,
  /** Bytes at rest of all values stored, and what compression took off them. */
  stored_bytes: 22,
  saved_bytes: 23,
  // Estimates from a sample of the keys.
  cause_first: 24,
  cause_expired: 25,
  cause_invalidated: 26,
  cause_evicted: 27,
  cause_unreadable: 28,
  cause_unknown: 29,
  refreshed: 30,
  refresh_failed: 31,
  corrupt: 32,
  /** Leases that were taken over from a late holder. */
  takeover: 33,
  // Of the process, under `(all)`: store calls that failed, by the reason of the error.
  store_offline: 34,
  store_timeout: 35,
  store_refused: 36,
  store_closed: 37,
  store_unproved: 38,
  // Removals by cause, confirmed by the store or not; of the process, under `(all)`.
  removal_event: 39,
  removal_admin: 40,
  removal_code: 41,
  removal_relay: 42,
  removal_clear: 43,
  unconfirmed_event: 44,
  unconfirmed_admin: 45,
  unconfirmed_code: 46,
  unconfirmed_relay: 47,
  unconfirmed_clear: 48,
  /** Milliseconds of loads that hits have saved, estimated from the mean load of this process. */
  saved_ms: 49,
  /** Milliseconds of the lifetimes of values that were missed because they expired, as estimated. */
  expired_ttl_ms: 50,
} as const;

/** The name of a counter. */
export type Counter = keyof typeof COUNTERS;

/** The place of a result of a read, for the hot path. */
export const READ = {
  hit: COUNTERS.hit,
  local_hit: COUNTERS.local_hit,
  stale_hit: COUNTERS.stale_hit,
  miss: COUNTERS.miss,
  bypass: COUNTERS.bypass,
} as const;

/** How a read ended. */
export type ReadPlace = (typeof READ)[keyof typeof READ];

/** All names, in the order of their places. */
export const COUNTER_NAMES = Object.keys(COUNTERS) as readonly Counter[];

/** Places of counters and their counts in turn. */
export type CountPairs = readonly number[];

function jsonOf(counts: Float64Array): string {
  const parts: string[] = [];
  counts.forEach((count, place) => {
    if (count !== 0) parts.push(`"${COUNTER_NAMES[place]}":${count}`);
  });
  return `{${parts.join(',')}}`;
}

/** What is counted of one namespace, in plain numbers. */
export class Tally {
  readonly #counts = new Float64Array(COUNTER_NAMES.length);
  /** Of them, in whole numbers, what `takeMoved` has given. */
  readonly #taken = new Float64Array(COUNTER_NAMES.length);
  /** Of them, in whole numbers, what `json` shows. */
  readonly #shown = new Float64Array(COUNTER_NAMES.length);
  #json = '{}';
  #credited = 0;
  readonly loads = new Histogram();
  /** How late expired keys were asked for again, in lifetimes. */
  readonly lateness = new Histogram();

  /** Counts a read. */
  read(place: ReadPlace): void {
    this.#counts[place] = (this.#counts[place] ?? 0) + 1;
  }

  add(counter: Counter, by = 1): void {
    const at = COUNTERS[counter];
    this.#counts[at] = (this.#counts[at] ?? 0) + by;
  }

  get(counter: Counter): number {
    return this.#counts[COUNTERS[counter]] ?? 0;
  }

  /** JSON of the counters that are not 0, in whole numbers. Cost: what one that stood still costs is a look. */
  get json(): string {
    let moved = false;
    for (let place = 0; place < this.#counts.length; place++) {
      const count = Math.round(this.#counts[place] ?? 0);
      if (count === this.#shown[place]) continue;
      this.#shown[place] = count;
      moved = true;
    }
    if (moved) this.#json = jsonOf(this.#shown);
    return this.#json;
  }

  /** By how much the counters moved since the last call, in whole numbers. */
  takeMoved(): CountPairs {
    const moved: number[] = [];
    for (let place = 0; place < this.#counts.length; place++) {
      const count = Math.round(this.#counts[place] ?? 0);
      const by = count - (this.#taken[place] ?? 0);
      if (by === 0) continue;
      moved.push(place, by);
      this.#taken[place] = count;
    }
    return moved;
  }

  /** Takes back what `takeMoved` gave, for the next call. */
  returnMoved(moved: CountPairs): void {
    for (let at = 0; at + 1 < moved.length; at += 2) {
      const place = moved[at] ?? 0;
      this.#taken[place] = (this.#taken[place] ?? 0) - (moved[at + 1] ?? 0);
    }
  }

  /** Adds what the hits since the last call have saved: each a load of mean length. */
  creditHits(): void {
    const { loads } = this;
    if (loads.count === 0) return;
    const [hit = 0, local = 0, stale = 0] = this.#counts;
    const hits = hit + local + stale;
    this.add('saved_ms', ((hits - this.#credited) * loads.sumMs) / loads.count);
    this.#credited = hits;
  }
}
