import type { CacheCounters } from '../cache-counters.js';
import type { CacheLog } from '../cache-log.js';
import { logHit, logMiss } from '../cache-log.js';
import type { BackgroundWork } from './background-work.js';
import type { Budget } from './budget.js';
import type { GetOrSetOptions, Loader } from './cache-entry.js';
import { assertReadThrough, judgesAge } from './age.js';
import { assertKey } from './key-rules.js';
import type { Loaded, LoadParts, Miss } from './load-parts.js';
import { isFallback } from './load-parts.js';
import { LoadThrough } from './load-through.js';
import type { Found, Lookup } from './lookup.js';
import { outlivesItsTtl } from './lookup.js';
import { Patience } from './patience.js';
import { Refresher } from './refresher.js';
import { currentBudget } from './request-budget.js';
import type { Served } from './served.js';
import { cap, serve } from './served.js';
import { isPromise } from './value-codec.js';

/** A value that was found. */
interface Hit {
  readonly value: unknown;
}

/** One read-through and what it was asked with. */
interface Reading<T> {
  readonly key: string;
  readonly loader: Loader<T>;
  readonly options: GetOrSetOptions;
  readonly budget: Budget;
  /** Whether how long the value lives is asked as well; `whole`: of one moment, to be copied. */
  readonly timed: boolean;
  readonly whole?: boolean | undefined;
  readonly elsewhere?: (() => void) | undefined;
}

const NO_OPTIONS: GetOrSetOptions = {};

/** The reading half of an engine. */
export class CacheReader {
  readonly #parts: LoadParts;
  readonly #counters: CacheCounters;
  readonly #log: CacheLog;
  readonly #lookup: Lookup;
  readonly #loads: LoadThrough;
  readonly #refresher: Refresher;
  readonly #work: BackgroundWork;

  constructor(parts: LoadParts, work: BackgroundWork) {
    this.#parts = parts;
    this.#counters = parts.counters;
    this.#log = parts.log;
    this.#lookup = parts.lookup;
    this.#work = work;
    this.#loads = new LoadThrough(parts);
    this.#refresher = new Refresher(parts, this.#loads, work);
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
      this.#lookup.excuse(error);
    }
    return this.#valueOf(key, text, budget);
  }

  /** One multi-key read of checked keys, in their order. */
  async many(keys: readonly string[], budget: Budget): Promise<unknown[]> {
    const texts = (await this.#readMany(keys, budget)) ?? [];
    return Promise.all(keys.map((key, index) => this.#valueOf(key, texts[index], budget)));
  }

  /** As `many`, for a caller that loads what is missing: what was found, or how its read ended. */
  async look(keys: readonly string[], budget: Budget): Promise<(Hit | Miss)[]> {
    const texts = await this.#readMany(keys, budget);
    if (texts === undefined) return keys.map(() => 'away');
    const read = async (key: string, text: string | undefined): Promise<Hit | Miss> => {
      const found = await this.#judged(key, text, budget, false);
      if (typeof found !== 'object' || found.freshness !== 'fresh') return found;
      this.#hit(key);
      return { value: found.opened.value.copy() };
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
    miss: Miss,
    elsewhere: () => void,
  ): Promise<unknown> {
    const reading = { key, loader, options, budget, timed: false, elsewhere };
    return (await this.#load(reading, miss)).value;
  }

  /** The time for the store calls of one operation, or what is left of the request's. */
  budget(): Budget {
    return currentBudget(this.#parts);
  }

  /** The value only. The way of a hit is written out, because it is the way that is paid for. */
  async value<T>(key: string, loader: Loader<T>, options: GetOrSetOptions): Promise<unknown> {
    assertKey(key);
    assertReadThrough(options);
    const budget = currentBudget(this.#parts);
    const reading = { key, loader, options, budget, timed: false };
    if (judgesAge(options)) return (await this.#read(reading)).value;
    let miss: Miss = 'miss';
    try {
      const { reads } = this.#parts;
      const text = await reads.readUnjudged(key, budget.begin());
      budget.end();
      if (text !== undefined && !reads.proved) miss = 'away';
      else if (text !== undefined) {
        const opening = this.#parts.codec.open(text);
        const opened = isPromise(opening) ? await opening : opening;
        if (typeof opened === 'object') {
          if (outlivesItsTtl(opened)) return (await this.#read(reading)).value;
          this.#hit(key);
          return opened.value.copy();
        }
        miss = this.#lookup.unreadable(key, text, opened);
      }
    } catch (error) {
      budget.end();
      this.#lookup.excuse(error);
      miss = 'away';
    }
    return (await this.#load(reading, miss)).value;
  }

  /** The value with how it was come by; `whole` if it will be copied. */
  entry<T>(
    key: string,
    loader: Loader<T>,
    options: GetOrSetOptions,
    whole = false,
  ): Promise<Served> {
    assertKey(key);
    assertReadThrough(options);
    const budget = currentBudget(this.#parts);
    return this.#read({ key, loader, options, budget, timed: true, whole });
  }

  async #read<T>(reading: Reading<T>): Promise<Served> {
    const found = await this.#find(reading);
    return this.#servedNow(reading, found) ?? this.#load(reading, found);
  }

  #find<T>({ key, options, budget, timed, whole }: Reading<T>): Promise<Miss> {
    return this.#lookup.find(key, options, budget, timed, whole);
  }

  async #load<T>(reading: Reading<T>, firstMiss: Miss): Promise<Served> {
    const { key, options } = reading;
    this.#missed(key);
    const patience = new Patience(this.#parts.clock, key, options);
    let miss = firstMiss;
    let manner: 'wait' | 'load' = 'wait';
    for (let round = 0; ; round++) {
      const load = this.#loads.join({ ...reading, miss, manner }, round > 0);
      if (load !== undefined) {
        const loaded = await this.#await(reading, miss, load, patience);
        if (loaded !== 'left-alone')
          return 'served' in loaded ? loaded.served : serve(loaded, options);
        // Nobody may load now, for a moment. What this caller has just read is old but not
        // invalidated; a caller that may not have it asks the source itself.
        if (isFallback(miss)) return this.#found(reading, miss);
        manner = 'load';
        continue;
      }
      const found = await this.#find(reading);
      const served = this.#servedNow(reading, found);
      if (served !== undefined) return served;
      miss = found;
    }
  }

  /**
   * The outcome of a load, or the old value where this caller may have it: when the load is too slow
   * or fails. It is read again then, so that one invalidated in the meantime is not served.
   */
  async #await<T>(
    reading: Reading<T>,
    miss: Miss,
    load: Promise<Loaded>,
    patience: Patience,
  ): Promise<Loaded | { readonly served: Served }> {
    const fallback = isFallback(miss);
    try {
      const first = await patience.wait(load, fallback);
      if (first !== 'impatient') return first.outcome;
      const served = await this.#fallback(reading);
      if (served !== undefined) {
        // It goes on without this caller; how it ends concerns others, and the store.
        this.#work.follow(load);
        return { served };
      }
      const second = await patience.wait(load, false);
      // Without a soft timeout there is no impatience.
      return second === 'impatient' ? await load : second.outcome;
    } catch (error) {
      // At a hard timeout the load still goes on.
      this.#work.follow(load);
      const served = fallback ? await this.#fallback(reading) : undefined;
      if (served !== undefined) return { served };
      throw error;
    }
  }

  async #fallback<T>(reading: Reading<T>): Promise<Served | undefined> {
    const found = await this.#find({ ...reading, timed: true });
    if (typeof found !== 'object' || found.freshness === 'expired') return undefined;
    return this.#found(reading, found);
  }

  /** What can be served as it was found; starts the refresh that it calls for. */
  #servedNow<T>(reading: Reading<T>, found: Miss): Served | undefined {
    if (typeof found !== 'object') return undefined;
    const { freshness } = found;
    if (freshness === 'fallback' || freshness === 'expired') return undefined;
    if (freshness !== 'fresh') {
      this.#refresher.refresh(reading.key, reading.loader, reading.options, found);
    }
    return this.#found(reading, found);
  }

  #found<T>({ key, options }: Reading<T>, { opened, freshMs, freshness }: Found): Served {
    this.#hit(key);
    const stale = freshness === 'stale' || freshness === 'fallback';
    if (stale) this.#counters.stale_hits++;
    const [ttl, lifeMs] = stale ? [0, undefined] : [cap(freshMs, options.ttl), freshMs];
    return { value: opened.value.copy(), hit: true, stored: true, stale, ttl, lifeMs };
  }

  /** `undefined` when the store did not answer. */
  async #readMany(
    keys: readonly string[],
    budget: Budget,
  ): Promise<readonly (string | undefined)[] | undefined> {
    try {
      return await budget.spend((ms) => this.#parts.reads.readMany(keys, ms));
    } catch (error) {
      this.#lookup.excuse(error);
      return undefined;
    }
  }

  async #judged(
    key: string,
    text: string | undefined,
    budget: Budget,
    dispose: boolean,
  ): Promise<Miss> {
    try {
      return await this.#lookup.judged(key, text, NO_OPTIONS, budget, dispose);
    } catch (error) {
      this.#lookup.excuse(error);
      return 'away';
    }
  }

  async #valueOf(key: string, text: string | undefined, budget: Budget): Promise<unknown> {
    const found = await this.#judged(key, text, budget, true);
    if (typeof found === 'object' && found.freshness === 'fresh') {
      this.#hit(key);
      return found.opened.value.copy();
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
}
