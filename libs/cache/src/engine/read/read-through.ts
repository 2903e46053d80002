import { READ } from '../../observe/tally.js';
import type { BackgroundTasks } from '../load/background-tasks.js';
import type { DeadlineBudget } from '../deadline-budget.js';
import type { CacheEntry, GetOrSetOptions, Loader } from '../../values/get-or-set-options.js';
import { NO_OPTIONS } from '../../values/get-or-set-options.js';
import { assertReadThrough, needsTtl } from '../../values/staleness.js';
import { assertKey, assertWritable } from '../../keys/key-validation.js';
import type { LoadOutcome, LoadParts, Miss } from '../load/load-request.js';
import { isFallback } from '../load/load-request.js';
import { CacheFill } from '../load/cache-fill.js';
import type { Found, Lookup, StoredEntry } from '../lookup/lookup.js';
import { isFresh } from '../lookup/lookup.js';
import { noteHit, noteMiss, serve } from '../lookup/read-outcome.js';
import type { NearReads } from './near-reads.js';
import { shown } from './near-reads.js';
import { ReadMany } from './read-many.js';
import type { Load } from '../load/load-graph.js';
import type { WaitingCaller } from './caller-timeouts.js';
import { SOFT_TIMEOUT, waitForLoad } from './caller-timeouts.js';
import { BackgroundRefresh } from '../load/background-refresh.js';
import { currentBudget } from '../request-deadline.js';
import type { ReadAhead, ReadRequest, ReadResult } from './read-result.js';
import { cap, frozenIf, toEntry, toReadResult } from './read-result.js';
import { isPromise } from '../../values/value-codec.js';

/**
 * One read: near cache, store, load. Misses continue in `CacheFill`; `Lookup` decides whether a
 * stored value may be used.
 */
export class ReadThrough {
  readonly many: ReadMany;
  readonly #parts: LoadParts;
  readonly #near: NearReads;
  readonly #lookup: Lookup;
  readonly #loads: CacheFill;
  readonly #refresher: BackgroundRefresh;
  readonly #work: BackgroundTasks;

  constructor(parts: LoadParts, near: NearReads, work: BackgroundTasks) {
    this.#parts = parts;
    this.#near = near;
    this.#lookup = parts.lookup;
    this.many = new ReadMany(parts);
    this.#work = work;
    this.#loads = new CacheFill(parts);
    this.#refresher = new BackgroundRefresh(parts, this.#loads, work);
  }

  /** Number of keys that are being loaded. */
  get loading(): number {
    return this.#loads.loading;
  }

  /**
   * The value; `undefined` when there is none and no loader. The path of a plain hit is inlined
   * here, without a promise of its own, because it is the hot path.
   */
  async read<T>(
    key: string,
    loader: Loader<T> | undefined,
    options: GetOrSetOptions,
  ): Promise<unknown> {
    const isNear = options.local !== undefined && this.#near.active;
    if (isNear) {
      const kept = this.#near.get(key, options);
      const copy = isPromise(kept) ? await kept : kept;
      if (copy !== undefined) return shown(copy.value, options);
    }
    if (loader === undefined) assertKey(key);
    else assertWritable(key, options);
    if (options !== NO_OPTIONS) assertReadThrough(options);
    const budget = currentBudget(this.#parts);
    if (loader !== undefined && (isNear || needsTtl(options))) {
      const read = await this.#readAndKeep({ key, loader, options, budget, life: 'none' });
      return frozenIf(read.value, options);
    }
    let found: Found;
    try {
      const withinMs = budget.begin() || (await budget.queue());
      let text: string | undefined;
      try {
        text = await this.#parts.reads.read(key, withinMs);
      } finally {
        budget.end(withinMs);
      }
      if (text === undefined) found = 'miss';
      else {
        const classified = this.#lookup.classify(key, text, options, budget, loader === undefined);
        found = isPromise(classified) ? await classified : classified;
      }
    } catch (error) {
      budget.failed(error);
      this.#lookup.countUnavailable(error);
      found = 'unavailable';
    }
    if (isFresh(found)) return frozenIf(serve(this.#parts, key, found, options), options);
    if (loader !== undefined) {
      const loaded = await this.#load({ key, loader, options, budget, life: 'none' }, found);
      return frozenIf(loaded.value, options);
    }
    this.#parts.recorder.read(key, options, noteMiss(this.#parts, key, options, found));
    return undefined;
  }

  /**
   * As `read`, with the value's origin and its remaining life.
   *
   * @param name the key as it appears in the store
   * @param ahead a read of the key for this very caller, if one was sent before
   */
  async entry<T>(
    key: string,
    name: string,
    loader: Loader<T>,
    options: GetOrSetOptions,
    ahead?: ReadAhead,
  ): Promise<CacheEntry<unknown>> {
    if (options.local !== undefined && this.#near.active) {
      const kept = this.#near.get(key, options);
      const copy = isPromise(kept) ? await kept : kept;
      if (copy !== undefined) return toEntry(name, this.#near.toReadResult(copy, options));
      const budget = this.#admit(key, options);
      return toEntry(
        name,
        await this.#readAndKeep({ key, loader, options, budget, life: 'exact' }),
      );
    }
    const { budget, sent } = ahead ?? this.#send(key, options);
    const found = await sent;
    // The process may have been suspended since the answer came.
    const usable = ahead === undefined || this.#parts.reads.proves(key) ? found : 'unavailable';
    const reading: ReadRequest<T> = { key, loader, options, budget, life: 'approximate' };
    const result = this.#counted(reading, usable) ?? (await this.#load(reading, usable));
    frozenIf(result.value, options);
    return toEntry(name, result);
  }

  /**
   * Sends the read of a key whose `entry` will follow, unless this process may have a copy.
   *
   * @throws CacheKeyInvalidError, CacheOptionsError
   */
  ahead(key: string, options: GetOrSetOptions): ReadAhead | undefined {
    if (options.local !== undefined && this.#near.active) return undefined;
    const ahead = this.#send(key, options);
    // Nothing waits for it if `entry` does not follow.
    ahead.sent.catch(() => undefined);
    return ahead;
  }

  /**
   * As `read`, after a read that ended with `miss`, possibly by a loader of several keys.
   *
   * @param onContended called, once or more often, when another caller or process loads the key
   */
  async load<T>(
    key: string,
    loader: Loader<T>,
    options: GetOrSetOptions,
    budget: DeadlineBudget,
    miss: Miss,
    onContended: () => void,
  ): Promise<unknown> {
    const request = { key, loader, options, budget, onContended, ofBatch: true };
    return (await this.#load({ ...request, life: 'none' }, miss)).value;
  }

  /** Calls a batch loader for the loads of several keys. */
  loadTogether<T>(
    keys: readonly string[],
    parts: readonly Load[],
    loader: () => T | PromiseLike<T>,
  ): Promise<T> {
    return this.#loads.loadTogether(keys, parts, loader);
  }

  #admit(key: string, options: GetOrSetOptions): DeadlineBudget {
    assertWritable(key, options);
    assertReadThrough(options);
    return currentBudget(this.#parts);
  }

  #send(key: string, options: GetOrSetOptions): ReadAhead {
    const budget = this.#admit(key, options);
    return { budget, sent: this.#lookup.find({ key, options, budget, life: 'approximate' }) };
  }

  /** Reads the store, and keeps a local copy if the options ask for one. */
  async #readAndKeep<T>(request: ReadRequest<T>): Promise<ReadResult> {
    const { local } = request.options;
    if (local === undefined || !this.#near.active) return this.#readStore(request);
    const reservation = this.#near.reserve(request.key);
    try {
      const result = await this.#readStore({ ...request, life: 'exact' });
      this.#near.publish(reservation, result, local, request.options);
      return result;
    } finally {
      this.#near.release(reservation);
    }
  }

  async #readStore<T>(request: ReadRequest<T>): Promise<ReadResult> {
    const found = await this.#lookup.find(request);
    return this.#counted(request, found) ?? this.#load(request, found);
  }

  async #load<T>(reading: ReadRequest<T>, firstMiss: Miss): Promise<ReadResult> {
    const { key, options } = reading;
    const missed = noteMiss(this.#parts, key, options, firstMiss);
    const caller = { key, options, since: this.#parts.clock.now() };
    let miss = firstMiss;
    let onContention: 'wait' | 'load' = 'wait';
    let stale = false;
    const served = (result: ReadResult): ReadResult => {
      stale = result.stale;
      return result;
    };
    try {
      for (let round = 0; ; round++) {
        const load = this.#loads.join({ ...reading, miss, onContention }, round > 0);
        if (load !== undefined) {
          const loaded = await this.#await(reading, miss, load, caller);
          if (loaded !== 'skipped')
            return 'served' in loaded ? served(loaded.served) : toReadResult(loaded, options);
          // No process may load at present. The value just read is stale but not invalidated; a
          // caller that may not have it calls the source itself.
          if (isFallback(miss)) return served(this.#toResult(reading, miss));
          onContention = 'load';
          continue;
        }
        const found = await this.#lookup.find(reading);
        const result = this.#servable(reading, found);
        if (result !== undefined) return served(result);
        miss = found;
      }
    } finally {
      // Once, however often it waited and looked again.
      const how = stale ? READ.stale_hit : missed;
      this.#parts.recorder.read(key, options, how);
    }
  }

  /**
   * The outcome of a load, or, if it fails or is too slow, the stale value if this caller may have
   * it. That value is read again, so that one that was invalidated meanwhile is not served.
   */
  async #await<T>(
    reading: ReadRequest<T>,
    miss: Miss,
    load: Promise<LoadOutcome>,
    caller: WaitingCaller,
  ): Promise<LoadOutcome | { readonly served: ReadResult }> {
    const { clock } = this.#parts;
    const fallback = isFallback(miss);
    try {
      const first = await waitForLoad(clock, caller, load, fallback);
      if (first !== SOFT_TIMEOUT) return first;
      const served = await this.#fallback(reading);
      if (served !== undefined) {
        // The load continues without this caller, for other waiters and for the store.
        this.#work.follow(load);
        return { served };
      }
      return await waitForLoad(clock, caller, load);
    } catch (error) {
      // At a hard timeout the load continues.
      this.#work.follow(load);
      const served = fallback ? await this.#fallback(reading) : undefined;
      if (served !== undefined) return { served };
      throw error;
    }
  }

  async #fallback<T>(reading: ReadRequest<T>): Promise<ReadResult | undefined> {
    const found = await this.#lookup.find({ ...reading, life: 'approximate' });
    if (typeof found !== 'object' || found.staleness === 'expired') return undefined;
    return this.#toResult(reading, found);
  }

  /** As `#servable`, of a read that ends with it. */
  #counted<T>(reading: ReadRequest<T>, found: Found): ReadResult | undefined {
    const result = this.#servable(reading, found);
    if (result === undefined) return undefined;
    const how = result.stale ? READ.stale_hit : READ.hit;
    this.#parts.recorder.read(reading.key, reading.options, how);
    return result;
  }

  /** The result if the value can be served as found; starts a refresh if one is due. */
  #servable<T>(reading: ReadRequest<T>, found: Found): ReadResult | undefined {
    if (typeof found !== 'object') return undefined;
    const { staleness } = found;
    if (staleness === 'fallback' || staleness === 'expired') return undefined;
    if (staleness !== 'fresh') {
      this.#refresher.refresh(reading.key, reading.loader, reading.options, found);
    }
    return this.#toResult(reading, found);
  }

  #toResult<T>({ key, options }: ReadRequest<T>, entry: StoredEntry): ReadResult {
    const { freshMs, staleness } = entry;
    const stale = staleness === 'stale' || staleness === 'fallback';
    const [ttl, lifeMs] = stale ? [0, undefined] : [cap(freshMs, options.ttl), freshMs];
    noteHit(this.#parts, key);
    const value = entry.decoded.value.given(options);
    return { value, hit: true, stored: true, stale, ttl, lifeMs };
  }
}
