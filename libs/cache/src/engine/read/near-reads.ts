import { NearCache } from '../../near-cache/near-cache.js';
import type {
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
import type { ReadResult } from './read-result.js';
import { isReserved, PRIVATE } from '../../keys/key-validation.js';
import { cap } from './read-result.js';

/** Bounds of a near cache. */
export interface NearCacheBounds {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

/** Statistics of a near cache and its invalidation stream. */
export interface NearCacheFigures extends NearCacheCounters {
  /** How often an invalidation message was missing, so that all copies were dropped. */
  readonly gaps: number;
}

/**
 * A process that has not polled for messages for this many milliseconds does so before it serves a
 * copy.
 */
const MAX_LOOP_LAG_MS = 5;

/**
 * The first step of reads with the option `local`: a copy in this process's memory, while it is
 * proved coherent with the store.
 *
 * Values read with the option are always frozen, also those from the loader, so that code that
 * mutates them fails at once. Without a near cache (in-process store, or no `local` in the cache's
 * options) the option has no other effect.
 */
export class NearReads {
  readonly #parts: LoadParts;
  readonly #nearCache: NearCache | undefined;
  readonly #loop: EventLoopMonitor;
  /** Epoch of the proof under which all copies were read. */
  #epoch: number;

  constructor(parts: LoadParts, near: NearCache | undefined) {
    this.#parts = parts;
    this.#loop = new EventLoopMonitor(parts.clock, MAX_LOOP_LAG_MS);
    this.#epoch = parts.reads.epoch;
    this.#nearCache = near;
  }

  /** Whether this process keeps copies at all. */
  get active(): boolean {
    return this.#nearCache !== undefined;
  }

  /** Whether there is a copy, readable or not. */
  holds(key: string): boolean {
    return this.#nearCache?.holds(key) === true;
  }

  /** The copy that may be served; a promise when messages must be polled first. */
  get(
    key: string,
    options: GetOrSetOptions,
  ): NearCacheEntry | undefined | Promise<NearCacheEntry | undefined> {
    if (!this.#mustDrain(key)) return this.#copy(key, options);
    return this.#loop.drained().then(() => this.#copy(key, options));
  }

  /** Converts a served copy to a read result. */
  toReadResult({ value, endsAt }: NearCacheEntry, options: GetOrSetOptions): ReadResult {
    const lifeMs = endsAt === null ? null : endsAt - this.#parts.clock.now();
    const ttl = cap(lifeMs, options.ttl);
    const given = shown(value, options);
    return { value: given, hit: true, stored: true, stale: false, ttl, lifeMs };
  }

  /** Must be called before the store is read; exactly one `release` must follow. */
  reserve(key: string): Reservation | undefined {
    return this.#nearCache?.reserve(key);
  }

  /**
   * Keeps a copy of a value that was read, for the seconds of `local` at most, and freezes it in
   * any case.
   */
  publish(
    reservation: Reservation | undefined,
    result: ReadResult,
    seconds: number,
    options: GetOrSetOptions,
  ): void {
    const { value, stored, lifeMs } = result;
    if (
      this.#nearCache === undefined ||
      reservation === undefined ||
      !(stored && this.#parts.reads.trusts(reservation.key)) ||
      lifeMs === undefined
    ) {
      deepFreeze(value);
      return;
    }
    // Measured from before the read, so the copy ends no later than the store's entry.
    const endsAt = lifeMs === null ? null : reservation.since + lifeMs;
    const tally = this.#parts.recorder.tallyOf(reservation.key, options);
    this.#nearCache.publish(reservation, value, seconds * 1_000, endsAt, tally);
  }

  release(reservation: Reservation | undefined): void {
    if (reservation !== undefined) this.#nearCache?.release(reservation);
  }

  figures(): NearCacheFigures | null {
    if (this.#nearCache === undefined) return null;
    return { ...this.#nearCache.figures(), gaps: this.#parts.store.coherence?.gaps ?? 0 };
  }

  /**
   * Whether an invalidation message for the copy may have arrived without being handled. A removal
   * with the barrier completes only after this process has handled its message, so it cannot be
   * late.
   */
  #mustDrain(key: string): boolean {
    if (this.#nearCache === undefined || this.#loop.recent) return false;
    if (!this.#nearCache.holds(key)) return false;
    return (this.#parts.store.coherence?.waitMs(selectKeys([key])) ?? 0) === 0;
  }

  #copy(key: string, options: GetOrSetOptions): NearCacheEntry | undefined {
    // `ReadThrough` rejects callers without access to private keys; the near cache must not answer
    // them first.
    if (isReserved(key) && options[PRIVATE] !== true) return undefined;
    const { reads } = this.#parts;
    const { epoch } = reads;
    if (epoch !== this.#epoch) {
      this.#epoch = epoch;
      this.#nearCache?.flush();
    }
    // While reads of the store are not trusted, earlier copies are not trusted either.
    const copy = reads.trusts(key) ? this.#nearCache?.get(key) : undefined;
    if (copy === undefined) return undefined;
    this.#parts.recorder.localHit(key, copy.tally);
    noteHit(this.#parts, key);
    return copy;
  }
}

/** A frozen value in the form that a reader with these options gets. */
export function shown(value: unknown, options: GetOrSetOptions): unknown {
  return options[AS_TEXT] === true ? JsonText.of(value) : value;
}

/** The near cache of an engine; `undefined` without the option, and over a store in the process. */
export function nearCacheOf(
  {
    store,
    local,
    clock,
  }: Pick<LoadParts, 'store' | 'clock'> & { local?: NearCacheBounds | undefined },
  parsed: boolean,
): NearCache | undefined {
  const { coherence } = store;
  if (coherence === undefined || local === undefined) return undefined;
  const near = new NearCache({ ...local, clock, parsed, freshness: coherence });
  coherence.follow(near);
  return near;
}
