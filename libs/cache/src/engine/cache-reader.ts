import type { CacheCounters } from '../cache-counters.js';
import { CacheUnavailableError } from '../cache-errors.js';
import type { CacheLog } from '../cache-log.js';
import { logHit, logMiss } from '../cache-log.js';
import { Budget } from './budget.js';
import type { CacheEntry, GetOrSetOptions, Loader } from './cache-entry.js';
import { CORRUPT, fromJson } from './json-value.js';
import type { Loaded, LoadParts, MissKind } from './load-through.js';
import { LoadThrough } from './load-through.js';
import { wholeSeconds } from './ttl.js';

/** A value with how it was come by. */
export type Served = Omit<CacheEntry<unknown>, 'key'>;

/** The reading half of an engine. Keys and options are checked by then. */
export class CacheReader {
  readonly #parts: LoadParts;
  readonly #counters: CacheCounters;
  readonly #log: CacheLog;
  readonly #loads: LoadThrough;

  constructor(parts: LoadParts) {
    this.#parts = parts;
    this.#counters = parts.counters;
    this.#log = parts.log;
    this.#loads = new LoadThrough(parts);
  }

  /** Keys that are being loaded now. */
  get loading(): number {
    return this.#loads.loading;
  }

  async one(key: string): Promise<unknown> {
    let text: string | undefined;
    try {
      text = await this.#parts.store.read(key, this.#parts.limits.deadlineMs);
    } catch (error) {
      this.#excuse(error);
    }
    return this.#valueOf(key, text);
  }

  async many(keys: readonly string[]): Promise<unknown[]> {
    let texts: readonly (string | undefined)[] = [];
    try {
      texts = await this.#parts.store.readMany(keys, this.#parts.limits.deadlineMs);
    } catch (error) {
      this.#excuse(error);
    }
    return keys.map((key, index) => this.#valueOf(key, texts[index]));
  }

  /** @param timed whether the caller wants to know the remaining life as well */
  async through<T>(
    key: string,
    loader: Loader<T>,
    options: GetOrSetOptions,
    timed: boolean,
  ): Promise<Served> {
    const budget = new Budget(this.#parts.clock, this.#parts.limits.deadlineMs);
    for (let round = 0; ; round++) {
      const read = await this.#read(key, budget, timed);
      if (typeof read !== 'string') {
        this.#hit(key);
        return { value: read.value, hit: true, stored: true, ttl: cap(read.ttlMs, options.ttl) };
      }
      if (round === 0) this.#missed(key);
      const loaded = await this.#loads.join(key, loader, options, budget, read, round > 0);
      if (loaded !== undefined) return serve(loaded, options);
    }
  }

  async #read(
    key: string,
    budget: Budget,
    timed: boolean,
  ): Promise<{ value: unknown; ttlMs: number | null } | MissKind> {
    const { store } = this.#parts;
    let text: string | undefined;
    let ttlMs: number | null = null;
    try {
      if (timed) {
        const found = await budget.spend((ms) => store.readTimed(key, ms));
        text = found?.text;
        ttlMs = found?.ttlMs ?? null;
      } else {
        text = await budget.spend((ms) => store.read(key, ms));
      }
    } catch (error) {
      this.#excuse(error);
      return 'away';
    }
    if (text === undefined) return 'miss';
    const value = this.#parse(key, text);
    return value === CORRUPT ? 'corrupt' : { value, ttlMs };
  }

  #valueOf(key: string, text: string | undefined): unknown {
    const value = text === undefined ? CORRUPT : this.#parse(key, text);
    if (value === CORRUPT) {
      this.#missed(key);
      return undefined;
    }
    this.#hit(key);
    return value;
  }

  #parse(key: string, text: string): unknown {
    const value = fromJson(text);
    if (value === CORRUPT) {
      this.#counters.corrupt++;
      this.#log.warn(`Cache: what is stored at ${key} is no JSON, treated as a miss.`);
    }
    return value;
  }

  #hit(key: string): void {
    this.#counters.hits++;
    if (this.#log.operation !== undefined) logHit(this.#log, key);
  }

  #missed(key: string): void {
    this.#counters.misses++;
    if (this.#log.operation !== undefined) logMiss(this.#log, key);
  }

  #excuse(error: unknown): void {
    if (!(error instanceof CacheUnavailableError)) throw error;
    this.#counters.errors++;
  }
}

function serve(loaded: Loaded, options: GetOrSetOptions): Served {
  if ('raw' in loaded) return { value: loaded.raw, hit: false, stored: false, ttl: 0 };
  const value = fromJson(loaded.text);
  if (loaded.hit) {
    // Filled by another process while this one waited: a moment old at most.
    const ttl = options.ttl === undefined ? null : Math.ceil(options.ttl);
    return { value, hit: true, stored: true, ttl };
  }
  const ttl = loaded.stored ? wholeSeconds(loaded.ttlMs ?? null) : 0;
  return { value, hit: false, stored: loaded.stored, ttl };
}

/**
 * The remaining life was read a moment before the value and may belong to what was there before
 * it; it is never more than the entry's own ttl.
 */
function cap(ttlMs: number | null, ttl: number | undefined): number | null {
  const seconds = wholeSeconds(ttlMs);
  if (ttl === undefined) return seconds;
  return seconds === null ? null : Math.min(seconds, Math.ceil(ttl));
}
