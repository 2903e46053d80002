import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.js';
import type { InvalidationListener } from './invalidation-stream.js';
import type { KeySelection } from '../keys/key-selection.js';
import { matcherOf } from '../keys/key-selection.js';
import { SortedKeys } from './sorted-keys.js';
import { Tally } from '../observe/tally.js';
import { deepFreeze, stringBytes } from '../values/deep-freeze.js';
import { JsonText } from '../values/json-text.js';

/** Collaborators and bounds of a near cache. */
export interface NearCacheParts {
  readonly clock: Clock;
  readonly maxEntries: number;
  readonly maxBytes: number;
  /** Whether `JSON.parse` creates the values; see `deepFreeze`. */
  readonly parsed: boolean;
  /** Until when copies may be read, on the clock; checked at every read. */
  readonly freshness: { readonly freshUntil: number };
}

/** A copy that may be served. */
export interface NearCacheEntry {
  readonly value: unknown;
  /** When the store's entry expires, on the clock; `null` without expiry. */
  readonly endsAt: number | null;
  /** Where its hits are counted, so that a hit need not look for it. */
  readonly tally: Tally;
}

interface Held extends NearCacheEntry {
  readonly until: number;
}

/** A pending read of the store whose value may be kept. */
export interface Reservation {
  readonly key: string;
  /** A time before the read was sent, on the clock. */
  readonly since: number;
}

interface OpenReservation extends Reservation {
  invalidated: boolean;
}

/** Statistics of a near cache. */
export interface NearCacheCounters {
  readonly hits: number;
  readonly entries: number;
  readonly bytes: number;
  /** Copies that were not kept because of a removal during their read. */
  readonly refused: number;
  /** How often all copies were dropped. */
  readonly flushes: number;
}

/**
 * Bytes per entry beside key and value: list and map entries, sorted key, bookkeeping; measured by
 * `bench:local-memory`.
 */
const ENTRY_BYTES = 200;
const UNCOUNTED = new Tally();

/**
 * Copies of store entries in process memory, bounded in entries and bytes with least-recently-used
 * eviction. A read costs no store call. Copies are readable only while the invalidation messages
 * are known to be complete; see {@link NearCacheParts.freshness}.
 *
 * Values are frozen and shared. A value that cannot be frozen is not kept.
 */
export class NearCache implements InvalidationListener {
  readonly #clock: Clock;
  readonly #freshness: { readonly freshUntil: number };
  readonly #parsed: boolean;
  readonly #held: LRUCache<string, Held>;
  /** Keys of all copies, sorted, so that a pattern costs only the keys with its literal prefix. */
  readonly #keys = new SortedKeys();
  readonly #open = new Set<OpenReservation>();
  #hits = 0;
  #refused = 0;
  #flushes = 0;

  constructor(parts: NearCacheParts) {
    this.#clock = parts.clock;
    this.#freshness = parts.freshness;
    this.#parsed = parts.parsed;
    this.#held = new LRUCache({
      max: parts.maxEntries,
      maxSize: parts.maxBytes,
      dispose: (_, key) => this.#keys.delete(key),
    });
  }

  get(key: string): NearCacheEntry | undefined {
    const held = this.#held.get(key);
    if (held === undefined) return undefined;
    const now = this.#clock.now();
    if (now >= held.until) {
      this.#held.delete(key);
      return undefined;
    }
    if (now >= this.#freshness.freshUntil) return undefined;
    this.#hits++;
    return held;
  }

  /** Whether there is a copy, readable or not. Does not change the statistics. */
  holds(key: string): boolean {
    return this.#held.has(key);
  }

  /** Must be called before the read of the store is sent; exactly one `release` must follow. */
  reserve(key: string): Reservation {
    const reservation = { key, since: this.#clock.now(), invalidated: false };
    this.#open.add(reservation);
    return reservation;
  }

  /**
   * Keeps a copy of a value that was read, unless a removal covered its key since `reserve`.
   * Freezes the value in any case.
   *
   * @param given the value, or its text with it
   * @param forMs maximum life of the copy, in milliseconds
   * @param endsAt earliest time at which the store's entry expires
   * @param tally where its hits are counted
   */
  publish(
    reservation: Reservation,
    given: unknown,
    forMs: number,
    endsAt: number | null,
    tally = UNCOUNTED,
  ): void {
    const value: unknown = given instanceof JsonText ? given.value : given;
    // Its reader gets it frozen, even if it is not kept.
    const bytes = deepFreeze(value, this.#parsed);
    // Every reservation comes from `reserve`.
    if (
      (reservation as OpenReservation).invalidated ||
      !this.#open.has(reservation as OpenReservation)
    ) {
      this.#refused++;
      return;
    }
    if (bytes === undefined) return;
    const now = this.#clock.now();
    const until = Math.min(now + forMs, endsAt ?? Infinity);
    if (until <= now) return;
    const textBytes = given instanceof JsonText ? stringBytes(given.text) : 0;
    const size = ENTRY_BYTES + stringBytes(reservation.key) + bytes + textBytes;
    this.#held.set(reservation.key, { value, endsAt, tally, until }, { size });
    // A copy that is too large is not kept.
    if (this.#held.has(reservation.key)) this.#keys.add(reservation.key);
  }

  release(reservation: Reservation): void {
    // As above.
    this.#open.delete(reservation as OpenReservation);
  }

  /** Cost: the keys with the pattern's literal prefix, and the pending reads. */
  drop(selection: KeySelection): void {
    if (selection.kind === 'all') {
      this.#clear();
      return;
    }
    const selected = matcherOf(selection);
    for (const reservation of this.#open)
      if (selected(reservation.key)) reservation.invalidated = true;
    const keys =
      selection.kind === 'keys'
        ? selection.keys
        : this.#keys.startingWith(selection.glob.literalPrefix.toString()).filter(selected);
    for (const key of keys) this.#held.delete(key);
  }

  flush(): void {
    this.#clear();
    this.#flushes++;
  }

  #clear(): void {
    for (const reservation of this.#open) reservation.invalidated = true;
    this.#keys.clear();
    this.#held.clear();
  }

  figures(): NearCacheCounters {
    return {
      hits: this.#hits,
      entries: this.#held.size,
      bytes: this.#held.calculatedSize,
      refused: this.#refused,
      flushes: this.#flushes,
    };
  }
}
