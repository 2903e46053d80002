import { logHit } from '../cache-log.js';
import type { LocalTierFigures } from '../local/local-tier.js';
import { LocalTier } from '../local/local-tier.js';
import { LoopWatch } from '../local/loop-watch.js';
import type { Removed } from '../local/removed.js';
import { removedKeys, removedMatching } from '../local/removed.js';
import { freezeForSharing } from '../local/shared-value.js';
import type { GetOrSetOptions, Loader } from './cache-entry.js';
import type { CacheReader } from './cache-reader.js';
import { Glob } from './glob.js';
import type { LoadParts } from './load-parts.js';
import type { Served } from './served.js';
import { isReserved, PRIVATE } from './key-rules.js';
import { cap } from './served.js';
import { assertTtl } from './ttl.js';
import { notAFunction } from './load-parts.js';

/** How much a cache may keep in the memory of its process. */
export interface LocalBounds {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

/** What a process keeps in its memory, and what came of it. */
export interface CopyFigures extends LocalTierFigures {
  /** Messages of removals that were missing, so that everything had to go. */
  readonly gaps: number;
}

/** A process that has not looked for messages for so long does so before it serves a copy. */
const UNHEARD_MS = 5;

/**
 * Reads with the option `local`: answered from this process's memory while that is proved to be
 * coherent with the store, from the store or the loader otherwise.
 *
 * What is read with the option is frozen, whichever tier it comes from, the loader included, so that
 * code which changes it fails at once and everywhere. Where no copies can be kept (the in-process
 * store, or no `local` in the cache's options) that is all that the option does.
 */
export class LocalReads {
  readonly #reader: CacheReader;
  readonly #parts: LoadParts;
  readonly #tier: LocalTier | undefined;
  readonly #loop: LoopWatch;
  /** Of the proof under which everything in memory was read. */
  #term: number;

  constructor(reader: CacheReader, parts: LoadParts, bounds: LocalBounds | undefined) {
    this.#reader = reader;
    this.#parts = parts;
    this.#loop = new LoopWatch(parts.clock, UNHEARD_MS);
    this.#term = parts.reads.term;
    const { coherence } = parts.store;
    if (coherence === undefined || bounds === undefined) return;
    const { clock, codec } = parts;
    this.#tier = new LocalTier({
      ...bounds,
      clock,
      parsed: codec.parsesJson,
      freshness: coherence,
    });
    coherence.follow(this.#tier);
  }

  value<T>(key: string, loader: Loader<T>, options: GetOrSetOptions): Promise<unknown> {
    const { local } = options;
    if (typeof loader !== 'function') return Promise.reject(notAFunction('loader', loader));
    if (local === undefined) return this.#reader.value(key, loader, options);
    if (!this.#mustCatchUp(key)) return this.#value(key, loader, options, local);
    return this.#loop.caughtUp().then(() => this.#value(key, loader, options, local));
  }

  entry<T>(key: string, loader: Loader<T>, options: GetOrSetOptions): Promise<Served> {
    const { local } = options;
    if (typeof loader !== 'function') return Promise.reject(notAFunction('loader', loader));
    if (local === undefined) return this.#reader.entry(key, loader, options);
    if (!this.#mustCatchUp(key)) return this.#entry(key, loader, options, local);
    return this.#loop.caughtUp().then(() => this.#entry(key, loader, options, local));
  }

  /**
   * Runs a removal. Own copies go before the store is asked, so that nobody here is served what is
   * being removed, and once more for what was read meanwhile.
   */
  async removing<T>(removed: Removed, remove: () => Promise<T>): Promise<T> {
    this.#tier?.drop(removed);
    try {
      return await remove();
    } finally {
      this.#tier?.drop(removed);
    }
  }

  /** How much longer a removal may take because others have to confirm it. */
  waitMs(patterns: readonly string[]): number {
    const { coherence } = this.#parts.store;
    if (coherence === undefined) return 0;
    return Math.max(...patterns.map((p) => coherence.waitMs(removedMatching(new Glob(p)))));
  }

  figures(): CopyFigures | null {
    if (this.#tier === undefined) return null;
    return { ...this.#tier.figures(), gaps: this.#parts.store.coherence?.gaps ?? 0 };
  }

  /**
   * Whether there may be news of a copy that has arrived and not been handled. A removal with the
   * barrier is not done before this process has handled it, so that nothing can be late.
   */
  #mustCatchUp(key: string): boolean {
    if (this.#tier === undefined || this.#loop.recent) return false;
    if (!this.#tier.holds(key)) return false;
    return (this.#parts.store.coherence?.waitMs(removedKeys([key])) ?? 0) === 0;
  }

  #value<T>(
    key: string,
    loader: Loader<T>,
    options: GetOrSetOptions,
    seconds: number,
  ): Promise<unknown> {
    const copy = this.#copy(key, options);
    if (copy !== undefined) return Promise.resolve(copy.value);
    return this.#read(key, loader, options, seconds).then(({ value }) => value);
  }

  #entry<T>(
    key: string,
    loader: Loader<T>,
    options: GetOrSetOptions,
    seconds: number,
  ): Promise<Served> {
    const copy = this.#copy(key, options);
    if (copy === undefined) return this.#read(key, loader, options, seconds);
    const lifeMs = copy.endsAt === null ? null : copy.endsAt - this.#parts.clock.now();
    const ttl = cap(lifeMs, options.ttl);
    return Promise.resolve({
      value: copy.value,
      hit: true,
      stored: true,
      stale: false,
      ttl,
      lifeMs,
    });
  }

  #copy(key: string, options: GetOrSetOptions): ReturnType<LocalTier['get']> {
    // The reader refuses who may not read there; a copy must not come before it.
    if (isReserved(key) && options[PRIVATE] !== true) return undefined;
    const { trusted, term } = this.#parts.reads;
    if (term !== this.#term) {
      this.#term = term;
      this.#tier?.flush();
    }
    // Where a read of the store would not be believed, neither is what was read from it before.
    const copy = trusted ? this.#tier?.get(key) : undefined;
    if (copy === undefined) return undefined;
    this.#parts.counters.hits++;
    if (this.#parts.log.operation !== undefined) logHit(this.#parts.log, key);
    return copy;
  }

  async #read<T>(
    key: string,
    loader: Loader<T>,
    options: GetOrSetOptions,
    seconds: number,
  ): Promise<Served> {
    assertTtl('local', seconds);
    const tier = this.#tier;
    const keeping = tier?.begin(key);
    try {
      const served = await this.#reader.entry(key, loader, options, tier !== undefined);
      const { value, lifeMs } = served;
      const lasting = served.stored && this.#parts.reads.trusted;
      if (tier === undefined || keeping === undefined || !lasting || lifeMs === undefined) {
        freezeForSharing(value);
      } else {
        // Counted from before the read, the life ends no later than the store's.
        const endsAt = lifeMs === null ? null : keeping.since + lifeMs;
        tier.keep(keeping, value, seconds * 1_000, endsAt);
      }
      return served;
    } finally {
      if (keeping !== undefined) tier?.end(keeping);
    }
  }
}
