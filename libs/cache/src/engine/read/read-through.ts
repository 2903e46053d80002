import type { CacheCounters } from '../../cache-counters.js';
import type { BackgroundTasks } from '../load/background-tasks.js';
import type { DeadlineBudget } from '../deadline-budget.js';
import type { GetOrSetOptions, Loader } from '../../values/get-or-set-options.js';
import { NO_OPTIONS } from '../../values/get-or-set-options.js';
import { assertReadThrough, needsTtl } from '../../values/staleness.js';
import { assertKey, assertWritable } from '../../keys/key-validation.js';
import type { LoadOutcome, LoadParts, Miss } from '../load/load-request.js';
import { isFallback } from '../load/load-request.js';
import { CacheFill } from '../load/cache-fill.js';
import type { StoredEntry, Lookup } from '../lookup/lookup.js';
import { outlivesItsTtl } from '../lookup/lookup.js';
import { ReadMany } from './read-many.js';
import type { Load } from '../load/load-graph.js';
import { CallerTimeouts } from './caller-timeouts.js';
import { noteHit, noteMiss } from '../lookup/read-outcome.js';
import { BackgroundRefresh } from '../load/background-refresh.js';
import { currentBudget } from '../request-deadline.js';
import type { ReadResult } from './read-result.js';
import { cap, toReadResult } from './read-result.js';
import { isPromise } from '../../values/value-codec.js';

/** One read-through and what it was asked with. */
interface ReadRequest<T> {
  readonly key: string;
  readonly loader: Loader<T>;
  readonly options: GetOrSetOptions;
  readonly budget: DeadlineBudget;
  /** Whether how long the value lives is asked as well; `whole`: of one moment, to be copied. */
  readonly timed: boolean;
  readonly whole?: boolean | undefined;
  readonly onContended?: (() => void) | undefined;
  readonly ofBatch?: boolean | undefined;
}

/** As `Reading`, perhaps by somebody without a loader. */
type LookupRequest<T> = Pick<ReadRequest<T>, 'key' | 'options' | 'budget'> & {
  readonly loader: Loader<T> | undefined;
};

/** The reading half of an engine. */
export class ReadThrough {
  readonly many: ReadMany;
  readonly #parts: LoadParts;
  readonly #counters: CacheCounters;
  readonly #lookup: Lookup;
  readonly #loads: CacheFill;
  readonly #refresher: BackgroundRefresh;
  readonly #work: BackgroundTasks;

  constructor(parts: LoadParts, work: BackgroundTasks) {
    this.#parts = parts;
    this.#counters = parts.counters;
    this.#lookup = parts.lookup;
    this.many = new ReadMany(parts);
    this.#work = work;
    this.#loads = new CacheFill(parts);
    this.#refresher = new BackgroundRefresh(parts, this.#loads, work);
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
   * @param onContended called when another caller or process loads the key, once or more often
   */
  async load<T>(
    key: string,
    loader: Loader<T>,
    options: GetOrSetOptions,
    budget: DeadlineBudget,
    miss: Miss,
    onContended: () => void,
  ): Promise<unknown> {
    const reading = { key, loader, options, budget, timed: false, onContended, ofBatch: true };
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
  ): Promise<ReadResult> {
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
    if (needsTtl(options)) return this.#timed({ key, loader, options, budget });
    let text: string | undefined;
    try {
      const entered = budget.enter();
      if (entered !== undefined) await entered;
      const withinMs = budget.begin();
      try {
        text = await reads.readUnchecked(key, withinMs);
      } finally {
        budget.end(withinMs);
      }
    } catch (error) {
      budget.failed(error);
      this.#lookup.countUnavailable(error);
      return this.#onMiss({ key, loader, options, budget }, 'away');
    }
    if (text === undefined) return this.#onMiss({ key, loader, options, budget }, 'miss');
    if (!reads.proved) return this.#onMiss({ key, loader, options, budget }, 'away');
    const opening = codec.decode(text, options);
    const opened = isPromise(opening) ? await opening : opening;
    if (typeof opened !== 'object') {
      // A load would replace it; without one it would be fetched again and again.
      if (loader === undefined) await this.#lookup.dispose(key, text, opened, budget);
      else this.#lookup.unreadable(key, text, opened);
      return this.#onMiss({ key, loader, options, budget }, opened);
    }
    if (outlivesItsTtl(opened)) return this.#timed({ key, loader, options, budget });
    noteHit(this.#parts, key);
    return opened.value.given(options);
  }

  /** As `#plain`, of an entry that does not end with its ttl: read together with its life. */
  async #timed<T>({ loader, ...asked }: LookupRequest<T>): Promise<unknown> {
    if (loader !== undefined) return (await this.#read({ ...asked, loader, timed: false })).value;
    const found = await this.#lookup.find(asked.key, NO_OPTIONS, asked.budget, true);
    if (typeof found !== 'object' || found.staleness !== 'fresh') {
      return this.#onMiss({ ...asked, loader }, 'miss');
    }
    noteHit(this.#parts, asked.key);
    return found.decoded.value.copy();
  }

  async #onMiss<T>({ loader, ...asked }: LookupRequest<T>, miss: Miss): Promise<unknown> {
    if (loader !== undefined) {
      return (await this.#load({ ...asked, loader, timed: false }, miss)).value;
    }
    noteMiss(this.#parts, asked.key);
    return undefined;
  }

  async #read<T>(reading: ReadRequest<T>): Promise<ReadResult> {
    const found = await this.#find(reading);
    return this.#servable(reading, found) ?? this.#load(reading, found);
  }

  #find<T>({ key, options, budget, timed, whole }: ReadRequest<T>): Promise<Miss> {
    return this.#lookup.find(key, options, budget, timed, whole);
  }

  async #load<T>(reading: ReadRequest<T>, firstMiss: Miss): Promise<ReadResult> {
    const { key, options } = reading;
    noteMiss(this.#parts, key);
    const patience = new CallerTimeouts(this.#parts.clock, key, options);
    let miss = firstMiss;
    let onContention: 'wait' | 'load' = 'wait';
    for (let round = 0; ; round++) {
      const load = this.#loads.join({ ...reading, miss, onContention }, round > 0);
      if (load !== undefined) {
        const loaded = await this.#await(reading, miss, load, patience);
        if (loaded !== 'skipped')
          return 'served' in loaded ? loaded.served : toReadResult(loaded, options);
        // Nobody may load now, for a moment. What this caller has just read is old but not
        // invalidated; a caller that may not have it asks the source itself.
        if (isFallback(miss)) return this.#toResult(reading, miss);
        onContention = 'load';
        continue;
      }
      const found = await this.#find(reading);
      const served = this.#servable(reading, found);
      if (served !== undefined) return served;
      miss = found;
    }
  }

  /**
   * The outcome of a load, or the old value where this caller may have it: when the load is too slow
   * or fails. It is read again then, so that one invalidated in the meantime is not served.
   */
  async #await<T>(
    reading: ReadRequest<T>,
    miss: Miss,
    load: Promise<LoadOutcome>,
    patience: CallerTimeouts,
  ): Promise<LoadOutcome | { readonly served: ReadResult }> {
    const fallback = isFallback(miss);
    try {
      const first = await patience.wait(load, fallback);
      if (first !== 'soft-timeout') return first.outcome;
      const served = await this.#fallback(reading);
      if (served !== undefined) {
        // It goes on without this caller; how it ends concerns others, and the store.
        this.#work.follow(load);
        return { served };
      }
      const second = await patience.wait(load, false);
      // Without a soft timeout there is no impatience.
      return second === 'soft-timeout' ? await load : second.outcome;
    } catch (error) {
      // At a hard timeout the load still goes on.
      this.#work.follow(load);
      const served = fallback ? await this.#fallback(reading) : undefined;
      if (served !== undefined) return { served };
      throw error;
    }
  }

  async #fallback<T>(reading: ReadRequest<T>): Promise<ReadResult | undefined> {
    const found = await this.#find({ ...reading, timed: true });
    if (typeof found !== 'object' || found.staleness === 'expired') return undefined;
    return this.#toResult(reading, found);
  }

  /** What can be served as it was found; starts the refresh that it calls for. */
  #servable<T>(reading: ReadRequest<T>, found: Miss): ReadResult | undefined {
    if (typeof found !== 'object') return undefined;
    const { staleness } = found;
    if (staleness === 'fallback' || staleness === 'expired') return undefined;
    if (staleness !== 'fresh') {
      this.#refresher.refresh(reading.key, reading.loader, reading.options, found);
    }
    return this.#toResult(reading, found);
  }

  #toResult<T>(
    { key, options }: ReadRequest<T>,
    { decoded, freshMs, staleness }: StoredEntry,
  ): ReadResult {
    noteHit(this.#parts, key);
    const stale = staleness === 'stale' || staleness === 'fallback';
    if (stale) this.#counters.stale_hits++;
    const [ttl, lifeMs] = stale ? [0, undefined] : [cap(freshMs, options.ttl), freshMs];
    return { value: decoded.value.given(options), hit: true, stored: true, stale, ttl, lifeMs };
  }
}
