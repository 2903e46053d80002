import type { CacheCounters } from '../cache-counters.js';
import type { BackgroundWork } from './background-work.js';
import type { Budget } from './budget.js';
import type { GetOrSetOptions, Loader } from './cache-entry.js';
import { NO_OPTIONS } from './cache-entry.js';
import { assertReadThrough, judgesAge } from './age.js';
import { assertKey, assertWritable } from './key-rules.js';
import type { Loaded, LoadParts, Miss } from './load-parts.js';
import { isFallback } from './load-parts.js';
import { LoadThrough } from './load-through.js';
import type { Found, Lookup } from './lookup.js';
import { outlivesItsTtl } from './lookup.js';
import { ManyReads } from './many-reads.js';
import type { Load } from './own-loads.js';
import { Patience } from './patience.js';
import { noteHit, noteMiss } from './read-outcome.js';
import { Refresher } from './refresher.js';
import { currentBudget } from './request-budget.js';
import type { Served } from './served.js';
import { cap, serve } from './served.js';
import { isPromise } from './value-codec.js';

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
  readonly ofBatch?: boolean | undefined;
}

/** As `Reading`, perhaps by somebody without a loader. */
type Asked<T> = Pick<Reading<T>, 'key' | 'options' | 'budget'> & {
  readonly loader: Loader<T> | undefined;
};

/** The reading half of an engine. */
export class CacheReader {
  readonly several: ManyReads;
  readonly #parts: LoadParts;
  readonly #counters: CacheCounters;
  readonly #lookup: Lookup;
  readonly #loads: LoadThrough;
  readonly #refresher: Refresher;
  readonly #work: BackgroundWork;

  constructor(parts: LoadParts, work: BackgroundWork) {
    this.#parts = parts;
    this.#counters = parts.counters;
    this.#lookup = parts.lookup;
    this.several = new ManyReads(parts);
    this.#work = work;
    this.#loads = new LoadThrough(parts);
    this.#refresher = new Refresher(parts, this.#loads, work);
  }

  /** Keys that are being loaded now. */
  get loading(): number {
    return this.#loads.loading;
  }

  /** The value, or `undefined`. */
  one(key: string): Promise<unknown> {
    return this.#plain(key, undefined, NO_OPTIONS);
  }

  /** The value only. */
  value<T>(key: string, loader: Loader<T>, options: GetOrSetOptions): Promise<unknown> {
    return this.#plain(key, loader, options);
  }

  /**
   * As `value`, behind a read that has ended with `miss`, by a loader of other keys as well.
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
    const reading = { key, loader, options, budget, timed: false, elsewhere, ofBatch: true };
    return (await this.#load(reading, miss)).value;
  }

  /** Calls a batch loader for the loads of several keys. */
  loadTogether<T>(
    keys: readonly string[],
    parts: readonly Load[],
    loader: () => T | PromiseLike<T>,
  ): Promise<T> {
    return this.#loads.loadTogether(keys, parts, loader);
  }

  /** The value with how it was come by; `whole` if it will be copied. */
  entry<T>(
    key: string,
    loader: Loader<T>,
    options: GetOrSetOptions,
    whole = false,
  ): Promise<Served> {
    assertWritable(key, options);
    assertReadThrough(options);
    const budget = currentBudget(this.#parts);
    return this.#read({ key, loader, options, budget, timed: true, whole });
  }

  /**
   * One plain read, and a load where there is a loader. The way of a hit is written out, in one
   * function, because it is the way that is paid for.
   */
  async #plain<T>(
    key: string,
    loader: Loader<T> | undefined,
    options: GetOrSetOptions,
  ): Promise<unknown> {
    if (loader === undefined) assertKey(key);
    else assertWritable(key, options);
    if (options !== NO_OPTIONS) assertReadThrough(options);
    const { reads, codec } = this.#parts;
    const budget = currentBudget(this.#parts);
    if (judgesAge(options)) return this.#timed({ key, loader, options, budget });
    let text: string | undefined;
    try {
      const entered = budget.enter();
      if (entered !== undefined) await entered;
      const withinMs = budget.begin();
      try {
        text = await reads.readUnjudged(key, withinMs);
      } finally {
        budget.end(withinMs);
      }
    } catch (error) {
      budget.failed(error);
      this.#lookup.excuse(error);
      return this.#without({ key, loader, options, budget }, 'away');
    }
    if (text === undefined) return this.#without({ key, loader, options, budget }, 'miss');
    if (!reads.proved) return this.#without({ key, loader, options, budget }, 'away');
    const opening = codec.open(text);
    const opened = isPromise(opening) ? await opening : opening;
    if (typeof opened !== 'object') {
      // A load would replace it; without one it would be fetched again and again.
      if (loader === undefined) await this.#lookup.dispose(key, text, opened, budget);
      else this.#lookup.unreadable(key, text, opened);
      return this.#without({ key, loader, options, budget }, opened);
    }
    if (outlivesItsTtl(opened)) return this.#timed({ key, loader, options, budget });
    noteHit(this.#parts, key);
    return opened.value.copy();
  }

  /** As `#plain`, of an entry that does not end with its ttl: read together with its life. */
  async #timed<T>({ loader, ...asked }: Asked<T>): Promise<unknown> {
    if (loader !== undefined) return (await this.#read({ ...asked, loader, timed: false })).value;
    const found = await this.#lookup.find(asked.key, NO_OPTIONS, asked.budget, true);
    if (typeof found !== 'object' || found.freshness !== 'fresh') {
      return this.#without({ ...asked, loader }, 'miss');
    }
    noteHit(this.#parts, asked.key);
    return found.opened.value.copy();
  }

  async #without<T>({ loader, ...asked }: Asked<T>, miss: Miss): Promise<unknown> {
    if (loader !== undefined) {
      return (await this.#load({ ...asked, loader, timed: false }, miss)).value;
    }
    noteMiss(this.#parts, asked.key);
    return undefined;
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
    noteMiss(this.#parts, key);
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
    noteHit(this.#parts, key);
    const stale = freshness === 'stale' || freshness === 'fallback';
    if (stale) this.#counters.stale_hits++;
    const [ttl, lifeMs] = stale ? [0, undefined] : [cap(freshMs, options.ttl), freshMs];
    return { value: opened.value.copy(), hit: true, stored: true, stale, ttl, lifeMs };
  }
}
