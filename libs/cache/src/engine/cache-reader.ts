import type { CacheCounters } from '../cache-counters.js';
import { CacheUnavailableError } from '../cache-errors.js';
import type { CacheLog } from '../cache-log.js';
import { logHit, logMiss } from '../cache-log.js';
import type { TimedText } from '../store/cache-store.js';
import type { Budget } from './budget.js';
import type { CacheEntry, GetOrSetOptions, Loader } from './cache-entry.js';
import type { Loaded, LoadParts, MissKind } from './load-through.js';
import { LoadThrough } from './load-through.js';
import { assertKey } from './key-rules.js';
import { currentBudget } from './request-budget.js';
import { assertLifetime, assertTtl, wholeSeconds } from './ttl.js';
import { UnreadableValues } from './unreadable-values.js';
import type { OpenedValue } from './value-codec.js';
import { isPromise } from './value-codec.js';

/** A value with how it was come by. */
export type Served = Omit<CacheEntry<unknown>, 'key'>;

/** A value that was found. */
interface Hit {
  readonly value: unknown;
}

interface Found {
  readonly opened: OpenedValue;
  readonly ttlMs: number | null;
}

/** The reading half of an engine. */
export class CacheReader {
  readonly #parts: LoadParts;
  readonly #counters: CacheCounters;
  readonly #log: CacheLog;
  readonly #loads: LoadThrough;
  readonly #unreadable: UnreadableValues;

  constructor(parts: LoadParts) {
    this.#parts = parts;
    this.#counters = parts.counters;
    this.#log = parts.log;
    this.#loads = new LoadThrough(parts);
    this.#unreadable = new UnreadableValues(parts);
  }

  /** Keys that are being loaded now. */
  get loading(): number {
    return this.#loads.loading;
  }

  async one(key: string): Promise<unknown> {
    assertKey(key);
    const budget = currentBudget(this.#parts);
    let text: string | undefined;
    try {
      text = await budget.spend((ms) => this.#parts.reads.read(key, ms));
    } catch (error) {
      this.#excuse(error);
    }
    return this.#valueOf(key, text, budget);
  }

  /** One multi-key read of checked keys, in their order. */
  async many(keys: readonly string[], budget: Budget): Promise<unknown[]> {
    const texts = (await this.#readMany(keys, budget)) ?? [];
    return Promise.all(keys.map((key, index) => this.#valueOf(key, texts[index], budget)));
  }

  /** As `many`, for a caller that loads what is missing: what was found, or how its read ended. */
  async look(keys: readonly string[], budget: Budget): Promise<(Hit | MissKind)[]> {
    const texts = await this.#readMany(keys, budget);
    if (texts === undefined) return keys.map(() => 'away');
    const read = async (key: string, text: string | undefined): Promise<Hit | MissKind> => {
      const opened = await this.#open(key, text);
      if (typeof opened === 'string') return opened;
      this.#hit(key);
      return { value: opened.value.copy() };
    };
    return Promise.all(keys.map((key, index) => read(key, texts[index])));
  }

  /**
   * As `value`, behind a read that has ended with `miss`.
   *
   * @param elsewhere called when somebody else is loading the key, once or more often
   */
  async load<T>(
    key: string,
    loader: Loader<T>,
    options: GetOrSetOptions,
    budget: Budget,
    miss: MissKind,
    elsewhere: () => void,
  ): Promise<unknown> {
    return (await this.#load(key, loader, options, budget, miss, false, elsewhere)).value;
  }

  /** The time for the store calls of one operation, or what is left of the request's. */
  budget(): Budget {
    return currentBudget(this.#parts);
  }

  /** The value only. The way of a hit is written out, because it is the way that is paid for. */
  async value<T>(key: string, loader: Loader<T>, options: GetOrSetOptions): Promise<unknown> {
    assertRead(key, options);
    const budget = currentBudget(this.#parts);
    let miss: MissKind = 'miss';
    try {
      const { reads } = this.#parts;
      const text = await reads.readUnjudged(key, budget.begin());
      budget.end();
      if (text !== undefined && !reads.proved) miss = 'away';
      else if (text !== undefined) {
        const opening = this.#parts.codec.open(text);
        const opened = isPromise(opening) ? await opening : opening;
        if (typeof opened === 'object') {
          this.#hit(key);
          return opened.value.copy();
        }
        this.#unreadable.note(key, text, opened);
        if (opened === 'corrupt') miss = opened;
      }
    } catch (error) {
      budget.end();
      this.#excuse(error);
      miss = 'away';
    }
    return (await this.#load(key, loader, options, budget, miss, false)).value;
  }

  /** The value with how it was come by. */
  async entry<T>(key: string, loader: Loader<T>, options: GetOrSetOptions): Promise<Served> {
    assertRead(key, options);
    const budget = currentBudget(this.#parts);
    const read = await this.#readTimed(key, budget);
    if (typeof read === 'string') return this.#load(key, loader, options, budget, read, true);
    return this.#found(key, read, options);
  }

  async #load<T>(
    key: string,
    loader: Loader<T>,
    options: GetOrSetOptions,
    budget: Budget,
    firstMiss: MissKind,
    timed: boolean,
    elsewhere?: () => void,
  ): Promise<Served> {
    this.#missed(key);
    let miss = firstMiss;
    for (let round = 0; ; round++) {
      const again = round > 0;
      const loaded = await this.#loads.join(key, loader, options, budget, miss, again, elsewhere);
      if (loaded !== undefined) return serve(loaded, options);
      const read = await (timed ? this.#readTimed(key, budget) : this.#readPlain(key, budget));
      if (typeof read !== 'string') return this.#found(key, read, options);
      miss = read;
    }
  }

  #found(key: string, read: Found, options: GetOrSetOptions): Served {
    this.#hit(key);
    return {
      value: read.opened.value.copy(),
      hit: true,
      stored: true,
      ttl: cap(read.ttlMs, options.ttl),
    };
  }

  #readTimed(key: string, budget: Budget): Promise<Found | MissKind> {
    return this.#read(key, () => budget.spend((ms) => this.#parts.reads.readTimed(key, ms)));
  }

  #readPlain(key: string, budget: Budget): Promise<Found | MissKind> {
    return this.#read(key, async () => {
      const text = await budget.spend((ms) => this.#parts.reads.read(key, ms));
      return text === undefined ? undefined : { text, ttlMs: null };
    });
  }

  async #read(key: string, call: () => Promise<TimedText | undefined>): Promise<Found | MissKind> {
    try {
      const found = await call();
      const opened = await this.#open(key, found?.text);
      return typeof opened === 'string' ? opened : { opened, ttlMs: found?.ttlMs ?? null };
    } catch (error) {
      this.#excuse(error);
      return 'away';
    }
  }

  /** What was read, or how a read that got this text ends. */
  async #open(key: string, text: string | undefined): Promise<OpenedValue | MissKind> {
    if (text === undefined) return 'miss';
    const opening = this.#parts.codec.open(text);
    const opened = isPromise(opening) ? await opening : opening;
    if (typeof opened === 'object') return opened;
    this.#unreadable.note(key, text, opened);
    return opened === 'corrupt' ? opened : 'miss';
  }

  /** `undefined` when the store did not answer. */
  async #readMany(
    keys: readonly string[],
    budget: Budget,
  ): Promise<readonly (string | undefined)[] | undefined> {
    try {
      return await budget.spend((ms) => this.#parts.reads.readMany(keys, ms));
    } catch (error) {
      this.#excuse(error);
      return undefined;
    }
  }

  async #valueOf(key: string, text: string | undefined, budget: Budget): Promise<unknown> {
    if (text !== undefined) {
      const opening = this.#parts.codec.open(text);
      const opened = isPromise(opening) ? await opening : opening;
      if (typeof opened === 'object') {
        this.#hit(key);
        return opened.value.copy();
      }
      await this.#unreadable.dispose(key, text, opened, budget);
    }
    this.#missed(key);
    return undefined;
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

function assertRead(key: string, options: GetOrSetOptions): void {
  assertKey(key);
  assertLifetime(options);
  assertTtl('negativeTtl', options.negativeTtl);
}

function serve(loaded: Loaded, options: GetOrSetOptions): Served {
  if ('raw' in loaded) return { value: loaded.raw, hit: false, stored: false, ttl: 0 };
  const value = loaded.value.copy();
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
