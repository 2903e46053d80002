import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.js';
import type { LocalCopies } from './coherence-chain.js';
import type { Removed } from './removed.js';
import { coverOf } from './removed.js';
import { freezeForSharing, stringBytes } from './shared-value.js';

/** What a tier is made of. */
export interface LocalTierParts {
  readonly clock: Clock;
  readonly maxEntries: number;
  readonly maxBytes: number;
  /** Whether `JSON.parse` makes the values; see `freezeForSharing`. */
  readonly parsed: boolean;
  /** Until when copies may be read, on the clock; asked at every read. */
  readonly freshness: { readonly freshUntil: number };
}

/** A copy that may be served. */
export interface LocalCopy {
  readonly value: unknown;
  /** When the store's own entry ends, on the clock; `null` when it never does. */
  readonly endsAt: number | null;
}

interface Held extends LocalCopy {
  readonly until: number;
}

/** A read of the store on its way, from which a copy may be kept. */
export interface Keeping {
  readonly key: string;
  /** Before the read was sent, on the clock. */
  readonly since: number;
}

interface OpenKeeping extends Keeping {
  spoilt: boolean;
}

/** What a tier did and holds. */
export interface LocalTierFigures {
  readonly hits: number;
  readonly entries: number;
  readonly bytes: number;
  /** Copies not kept because something was removed while they were being read. */
  readonly refused: number;
  /** Times that everything was thrown away. */
  readonly flushes: number;
}

/**
 * The list and map entry, the copy itself and its numbers; measured by `bench:local-memory`.
 */
const ENTRY_BYTES = 184;

/**
 * Copies of store entries in process memory, bounded in entries and bytes, the least recently used
 * going first. A read costs no call of the store. Nothing is readable unless the messages of
 * removals are known to be complete; see {@link LocalTierParts.freshness}.
 *
 * Values are frozen and shared. A value that cannot be frozen is not kept.
 */
export class LocalTier implements LocalCopies {
  readonly #clock: Clock;
  readonly #freshness: { readonly freshUntil: number };
  readonly #parsed: boolean;
  readonly #held: LRUCache<string, Held>;
  readonly #open = new Set<OpenKeeping>();
  #hits = 0;
  #refused = 0;
  #flushes = 0;

  constructor(parts: LocalTierParts) {
    this.#clock = parts.clock;
    this.#freshness = parts.freshness;
    this.#parsed = parts.parsed;
    this.#held = new LRUCache({ max: parts.maxEntries, maxSize: parts.maxBytes });
  }

  get(key: string): LocalCopy | undefined {
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

  /** Whether there is a copy, readable or not. Counts nothing. */
  holds(key: string): boolean {
    return this.#held.has(key);
  }

  /** To be called before the read of the store is sent; exactly one `end` must follow. */
  begin(key: string): Keeping {
    const keeping = { key, since: this.#clock.now(), spoilt: false };
    this.#open.add(keeping);
    return keeping;
  }

  /**
   * Keeps a copy of what was read, unless something that covers it was removed since `begin`.
   * Freezes the value in any case.
   *
   * @param forMs how long the copy may live
   * @param endsAt when the store's entry ends, at the earliest
   */
  keep(keeping: Keeping, value: unknown, forMs: number, endsAt: number | null): void {
    // Refused or not, its reader gets it frozen.
    const bytes = freezeForSharing(value, this.#parsed);
    // Every keeping comes from `begin`.
    if ((keeping as OpenKeeping).spoilt || !this.#open.has(keeping as OpenKeeping)) {
      this.#refused++;
      return;
    }
    if (bytes === undefined) return;
    const now = this.#clock.now();
    const until = Math.min(now + forMs, endsAt ?? Infinity);
    if (until <= now) return;
    const size = ENTRY_BYTES + stringBytes(keeping.key) + bytes;
    this.#held.set(keeping.key, { value, endsAt, until }, { size });
  }

  end(keeping: Keeping): void {
    // As above.
    this.#open.delete(keeping as OpenKeeping);
  }

  drop(removed: Removed): void {
    const covers = coverOf(removed);
    for (const keeping of this.#open) if (covers(keeping.key)) keeping.spoilt = true;
    if (removed.kind === 'keys') {
      for (const key of removed.keys) this.#held.delete(key);
      return;
    }
    for (const key of this.#held.keys()) if (covers(key)) this.#held.delete(key);
  }

  flush(): void {
    for (const keeping of this.#open) keeping.spoilt = true;
    this.#held.clear();
    this.#flushes++;
  }

  figures(): LocalTierFigures {
    return {
      hits: this.#hits,
      entries: this.#held.size,
      bytes: this.#held.calculatedSize,
      refused: this.#refused,
      flushes: this.#flushes,
    };
  }
}
