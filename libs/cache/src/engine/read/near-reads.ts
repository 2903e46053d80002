import type {
  NearCache,
  NearCacheCounters,
  NearCacheEntry,
  Reservation,
} from '../../near-cache/near-cache.js';
import { EventLoopMonitor } from '../../near-cache/event-loop-monitor.js';
import { selectKeys } from '../../keys/key-selection.js';
import { deepFreeze } from '../../values/deep-freeze.js';
import { AS_TEXT, JsonText } from '../../values/json-text.js';
import type { GetOrSetOptions } from '../../values/get-or-set-options.js';
import { noteHit } from '../lookup/read-outcome.js';
import type { LoadParts } from '../load/load-request.js';
import type { Life } from '../lookup/lookup.js';
import type { ReadResult } from './read-result.js';
import { isReserved, PRIVATE } from '../../keys/key-validation.js';
import { cap } from './read-result.js';

/** How much a cache may keep in the memory of its process. */
export interface NearCacheBounds {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

/** What a process keeps in its memory, and what came of it. */
export interface NearCacheFigures extends NearCacheCounters {
  /** Messages of removals that were missing, so that everything had to go. */
  readonly gaps: number;
}

/** A process that has not looked for messages for so long does so before it serves a copy. */
const MAX_LOOP_LAG_MS = 5;

/**
 * The first step of reads with the option `local`: a copy in this process's memory, while that is
 * proved to be coherent with the store.
 *
 * What is read with the option is frozen, wherever it comes from, the loader included, so that code
 * which changes it fails at once and everywhere. Where no copies can be kept (the in-process store,
 * or no `local` in the cache's options) that is all that the option does.
 */
export class NearReads {
  readonly #parts: LoadParts;
  readonly #tier: NearCache | undefined;
  readonly #loop: EventLoopMonitor;
  /** Of the proof under which everything in memory was read. */
  #epoch: number;

  constructor(parts: LoadParts, near: NearCache | undefined) {
    this.#parts = parts;
    this.#loop = new EventLoopMonitor(parts.clock, MAX_LOOP_LAG_MS);
    this.#epoch = parts.reads.epoch;
    this.#tier = near;
  }

  /** The copy that may be served; a promise where messages have to be read first. */
  get(
    key: string,
    options: GetOrSetOptions,
  ): NearCacheEntry | undefined | Promise<NearCacheEntry | undefined> {
    if (!this.#mustDrain(key)) return this.#copy(key, options);
    return this.#loop.drained().then(() => this.#copy(key, options));
  }

  /** A copy that was served, as a reader is given it. */
  toReadResult({ value, endsAt }: NearCacheEntry, options: GetOrSetOptions): ReadResult {
    const lifeMs = endsAt === null ? null : endsAt - this.#parts.clock.now();
    const ttl = cap(lifeMs, options.ttl);
    const given = shown(value, options);
    return { value: given, hit: true, stored: true, stale: false, ttl, lifeMs };
  }

  /** How exactly a read has to know the life of what it finds, so that a copy can be kept. */
  get life(): Life {
    return this.#tier === undefined ? 'approximate' : 'exact';
  }

  /** To be called before the store is read; exactly one `release` must follow. */
  reserve(key: string): Reservation | undefined {
    return this.#tier?.reserve(key);
  }

  /** Keeps a copy of what was read, for so many seconds at most, and freezes it in any case. */
  publish(reservation: Reservation | undefined, result: ReadResult, seconds: number): void {
    const { value, stored, lifeMs } = result;
    const lasting = stored && this.#parts.reads.trusted;
    if (this.#tier === undefined || reservation === undefined || !lasting || lifeMs === undefined) {
      deepFreeze(value);
      return;
    }
    // Counted from before the read, the life ends no later than the store's.
    const endsAt = lifeMs === null ? null : reservation.since + lifeMs;
    this.#tier.publish(reservation, value, seconds * 1_000, endsAt);
  }

  release(reservation: Reservation | undefined): void {
    if (reservation !== undefined) this.#tier?.release(reservation);
  }

  figures(): NearCacheFigures | null {
    if (this.#tier === undefined) return null;
    return { ...this.#tier.figures(), gaps: this.#parts.store.coherence?.gaps ?? 0 };
  }

  /**
   * Whether there may be news of a copy that has arrived and not been handled. A removal with the
   * barrier is not done before this process has handled it, so that nothing can be late.
   */
  #mustDrain(key: string): boolean {
    if (this.#tier === undefined || this.#loop.recent) return false;
    if (!this.#tier.holds(key)) return false;
    return (this.#parts.store.coherence?.waitMs(selectKeys([key])) ?? 0) === 0;
  }

  #copy(key: string, options: GetOrSetOptions): NearCacheEntry | undefined {
    // The reader refuses a caller that may not read there; a copy must not come before it.
    if (isReserved(key) && options[PRIVATE] !== true) return undefined;
    const { trusted, epoch } = this.#parts.reads;
    if (epoch !== this.#epoch) {
      this.#epoch = epoch;
      this.#tier?.flush();
    }
    // Where a read of the store would not be believed, neither is what was read from it before.
    const copy = trusted ? this.#tier?.get(key) : undefined;
    if (copy !== undefined) noteHit(this.#parts, key);
    return copy;
  }
}

/** A frozen value as a reader with these options is given it. */
export function shown(value: unknown, options: GetOrSetOptions): unknown {
  return options[AS_TEXT] === true ? JsonText.of(value) : value;
}
