import { logHit } from '../../cache-log.js';
import type { NearCache, NearCacheCounters } from '../../near-cache/near-cache.js';
import { EventLoopMonitor } from '../../near-cache/event-loop-monitor.js';
import { selectKeys } from '../../keys/key-selection.js';
import { deepFreeze } from '../../values/deep-freeze.js';
import { AS_TEXT, JsonText } from '../../values/json-text.js';
import type { GetOrSetOptions, Loader } from '../../values/get-or-set-options.js';
import type { ReadThrough } from './read-through.js';
import type { LoadParts } from '../load/load-request.js';
import type { ReadResult } from './read-result.js';
import { isReserved, PRIVATE } from '../../keys/key-validation.js';
import { cap } from './read-result.js';
import { assertTtl } from '../../values/ttl.js';
import { notAFunction } from '../load/load-request.js';

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
 * Reads with the option `local`: answered from this process's memory while that is proved to be
 * coherent with the store, from the store or the loader otherwise.
 *
 * What is read with the option is frozen, whichever tier it comes from, the loader included, so that
 * code which changes it fails at once and everywhere. Where no copies can be kept (the in-process
 * store, or no `local` in the cache's options) that is all that the option does.
 */
export class NearReads {
  readonly #reader: ReadThrough;
  readonly #parts: LoadParts;
  readonly #tier: NearCache | undefined;
  readonly #loop: EventLoopMonitor;
  /** Of the proof under which everything in memory was read. */
  #epoch: number;

  constructor(reader: ReadThrough, parts: LoadParts, near: NearCache | undefined) {
    this.#reader = reader;
    this.#parts = parts;
    this.#loop = new EventLoopMonitor(parts.clock, MAX_LOOP_LAG_MS);
    this.#epoch = parts.reads.epoch;
    this.#tier = near;
  }

  value<T>(key: string, loader: Loader<T>, options: GetOrSetOptions): Promise<unknown> {
    const { local } = options;
    if (typeof loader !== 'function') return Promise.reject(notAFunction('loader', loader));
    if (local === undefined) return this.#reader.value(key, loader, options);
    if (!this.#mustDrain(key)) return this.#value(key, loader, options, local);
    return this.#loop.drained().then(() => this.#value(key, loader, options, local));
  }

  entry<T>(key: string, loader: Loader<T>, options: GetOrSetOptions): Promise<ReadResult> {
    const { local } = options;
    if (typeof loader !== 'function') return Promise.reject(notAFunction('loader', loader));
    if (local === undefined) return this.#reader.entry(key, loader, options);
    if (!this.#mustDrain(key)) return this.#entry(key, loader, options, local);
    return this.#loop.drained().then(() => this.#entry(key, loader, options, local));
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

  #value<T>(
    key: string,
    loader: Loader<T>,
    options: GetOrSetOptions,
    seconds: number,
  ): Promise<unknown> {
    const copy = this.#copy(key, options);
    if (copy !== undefined) return Promise.resolve(shown(copy.value, options));
    return this.#read(key, loader, options, seconds).then(({ value }) => value);
  }

  #entry<T>(
    key: string,
    loader: Loader<T>,
    options: GetOrSetOptions,
    seconds: number,
  ): Promise<ReadResult> {
    const copy = this.#copy(key, options);
    if (copy === undefined) return this.#read(key, loader, options, seconds);
    const lifeMs = copy.endsAt === null ? null : copy.endsAt - this.#parts.clock.now();
    const ttl = cap(lifeMs, options.ttl);
    return Promise.resolve({
      value: shown(copy.value, options),
      hit: true,
      stored: true,
      stale: false,
      ttl,
      lifeMs,
    });
  }

  #copy(key: string, options: GetOrSetOptions): ReturnType<NearCache['get']> {
    // The reader refuses who may not read there; a copy must not come before it.
    if (isReserved(key) && options[PRIVATE] !== true) return undefined;
    const { trusted, epoch } = this.#parts.reads;
    if (epoch !== this.#epoch) {
      this.#epoch = epoch;
      this.#tier?.flush();
    }
    // Where a read of the store would not be believed, neither is what was read from it before.
    const copy = trusted ? this.#tier?.get(key) : undefined;
    if (copy === undefined) return undefined;
    this.#parts.counters.hits++;
    if (this.#parts.logger.operation !== undefined) logHit(this.#parts.logger, key);
    return copy;
  }

  async #read<T>(
    key: string,
    loader: Loader<T>,
    options: GetOrSetOptions,
    seconds: number,
  ): Promise<ReadResult> {
    assertTtl('local', seconds);
    const tier = this.#tier;
    const keeping = tier?.reserve(key);
    try {
      const served = await this.#reader.entry(key, loader, options, tier !== undefined);
      const { value, lifeMs } = served;
      const lasting = served.stored && this.#parts.reads.trusted;
      if (tier === undefined || keeping === undefined || !lasting || lifeMs === undefined) {
        deepFreeze(value);
      } else {
        // Counted from before the read, the life ends no later than the store's.
        const endsAt = lifeMs === null ? null : keeping.since + lifeMs;
        tier.publish(keeping, value, seconds * 1_000, endsAt);
      }
      return served;
    } finally {
      if (keeping !== undefined) tier?.release(keeping);
    }
  }
}

/** A frozen value as a reader with these options is given it. */
function shown(value: unknown, options: GetOrSetOptions): unknown {
  return options[AS_TEXT] === true ? JsonText.of(value) : value;
}
