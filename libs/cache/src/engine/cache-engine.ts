import { CacheUnavailableError } from '../cache-errors.js';
import type { CacheLogger } from '../cache-log.js';
import type { CacheCounts } from '../cache-counters.js';
import type { LocalFigures } from '../cache-stats.js';
import type { CommitPosition, Freshness, FreshnessFigures } from '../outbox/freshness.js';
import { ALL_KEYS, selectKeys, selectPattern } from '../keys/key-selection.js';
import type { CacheStore, StoreScript } from '../store/cache-store.js';
import type { Because } from '../observe/journal.js';
import { Fleet } from '../observe/fleet.js';
import { STORE_CALL } from '../observe/recorder.js';
import type { BatchLoader } from './read/batch-load.js';
import { NO_OPTIONS } from '../values/get-or-set-options.js';
import type { CacheEntry, GetOrSetOptions, Loader } from '../values/get-or-set-options.js';
import type { ReadAhead } from './read/read-result.js';
import type { ReadThrough } from './read/read-through.js';
import { assertSetOptions, type EngineParts, type SetOptions } from './engine-parts.js';
import { wire, type EngineWiring } from './engine-wiring.js';
import { LeaseToken } from './load/lease-token.js';
import { acquireManually, setByHand } from './load/manual-lease.js';
import { OpenTransaction } from './open-transaction.js';
import type { KeyLint } from '../keys/key-lint.js';
import { assertKey, assertWritable } from '../keys/key-validation.js';
import { refusal, type LoadParts } from './load/load-request.js';
import { getMany, getOrSetMany, type GetOrSetManyOptions } from './read/get-or-set-many.js';
import { currentBudget } from './request-deadline.js';
import type { As, ClassOf, Made, MadeOf, ReadAs, Stored, ValueFidelity } from '../values/as.js';
import { asksFor, eachMade, entryMade, made } from '../values/as.js';
import type { ValueCodec } from '../values/value-codec.js';

/**
 * The operations of a cache over one store, in plain TypeScript, without a framework or globals.
 */
export class CacheEngine<Values extends ValueFidelity = 'json'> {
  readonly store: CacheStore;
  readonly prefix: string;
  /** @internal Converts between values and stored texts. */
  readonly codec: ValueCodec;
  /** What all processes of this cache have counted; absent with `analytics: false`. */
  readonly fleet: Fleet | undefined;
  readonly #log: CacheLogger;
  readonly #lint: KeyLint | undefined;
  readonly #freshness: Freshness | undefined;
  readonly #onOpen: (() => void) | undefined;
  /** @internal What it consists of. */
  readonly wiring: EngineWiring;
  readonly #parts: LoadParts;
  readonly #reader: ReadThrough;
  #opening: Promise<void> | undefined;

  constructor(parts: EngineParts) {
    const { store, analytics, clock, fingerprint = '' } = parts;
    this.store = store;
    this.prefix = parts.prefix;
    this.#log = parts.logger;
    this.#lint = parts.lint;
    this.#freshness = parts.freshness;
    this.#onOpen = parts.onOpen;
    this.wiring = wire(parts);
    this.#parts = this.wiring.load;
    this.#reader = this.wiring.reader;
    this.codec = this.#parts.codec;
    this.fleet =
      analytics && store.board && new Fleet(analytics, this, store.board, { clock, fingerprint });
  }

  /**
   * Connects, once. A store that is unavailable at the start is used as soon as it answers.
   *
   * Cost: one connection, two with `local`. Never throws because of the store.
   * @throws CacheOptionsError when another cache in this process uses a prefix that this one reaches into
   */
  open(): Promise<void> {
    return (this.#opening ??= this.#open());
  }

  async #open(): Promise<void> {
    this.#onOpen?.();
    await this.store.open();
    await this.#freshness?.open((patterns, position, committed) =>
      this.wiring.invalidations.afterCommit(patterns.map(selectPattern), position, committed),
    );
    this.fleet?.start();
  }

  /**
   * Waits for background refreshes, resigns a relay's lead, retries pending removals once, and closes
   * the store. It can be opened again.
   *
   * Cost: closes the connections. Never throws because of the store.
   */
  async close(): Promise<void> {
    this.#opening = undefined;
    await this.wiring.work.close();
    await this.#freshness?.close();
    const undone = await this.wiring.pending.close();
    if (undone > 0) this.#log.warn(`Cache: closed with ${undone} pending removals.`);
    await this.fleet?.stop();
    await this.store.close();
  }

  /** This instance's own counters, and its state. Cost: none. Never throws. */
  counts(): LocalFigures {
    return { ...this.wiring.recorder.counts(), ...this.state() };
  }

  /** Its state alone, without a pass over the counters. Cost: none. Never throws. */
  state(): Omit<LocalFigures, keyof CacheCounts> {
    return {
      loading: this.#reader.loading,
      background: this.wiring.work.size,
      pending_removals: this.wiring.pending.size,
      circuit: this.store.circuit ?? 'closed',
      copies: this.wiring.near.figures(),
    };
  }

  /**
   * How fresh the store is known to be and which relay keeps it so; `null` without an outbox. Cost: none.
   * Never throws.
   */
  get freshness(): FreshnessFigures | null {
    return this.#freshness?.figures() ?? null;
  }

  /**
   * The key as it appears in the store. Cost: none.
   * Never throws.
   */
  fullKey(key: string): string {
    return this.prefix + key;
  }

  /**
   * A key or pattern that was pasted with its prefix, without it; anything else unchanged. Cost: none.
   * Never throws.
   */
  stripPrefix(key: string): string {
    return key.startsWith(this.prefix) ? key.slice(this.prefix.length) : key;
  }

  /**
   * As get without `as`, and resolves with what that makes of the stored value.
   *
   * Cost: that of get without `as`.
   * @throws as get without `as`, and what `as` throws
   */
  get<A extends As>(key: string, options: ReadAs<A>): Promise<Made<A> | undefined>;
  /**
   * The value, or `undefined` when there is none; `null`, `0`, `''` and `false` are values. The type is
   * the caller's claim, as with `JSON.parse`; with `as` it is what that makes. An unavailable store is
   * a miss.
   *
   * Cost: one `GET`.
   * @throws CacheKeyInvalidError, CacheOptionsError
   */
  get<T>(key: string): Promise<T | undefined>;
  get(key: string, options?: ReadAs): Promise<unknown> {
    if (options === undefined) return this.#reader.read(key, undefined, NO_OPTIONS);
    return made(options, () => this.#reader.read(key, undefined, NO_OPTIONS), 'get');
  }

  /**
   * As getMany without `as`, and resolves with what that makes of the stored value.
   *
   * Cost: that of getMany without `as`.
   * @throws as getMany without `as`, and what `as` throws
   */
  getMany<A extends As>(
    keys: readonly string[],
    options: ReadAs<A>,
  ): Promise<(Made<A> | undefined)[]>;
  /**
   * As {@link get} for many keys, in their order. A store that fails for some keys fails only those.
   *
   * Cost: one `MGET` for each 500 keys, one after the other.
   * @throws CacheKeyInvalidError, CacheOptionsError
   */
  getMany<T>(keys: readonly string[]): Promise<(T | undefined)[]>;
  getMany(keys: readonly string[], options?: ReadAs): Promise<unknown[]> {
    const read = (): Promise<unknown[]> => getMany(this.#reader.many, keys);
    return options === undefined ? read() : eachMade(options, read, 'getMany');
  }

  /**
   * As getOrSetMany without `as`, and resolves with what that makes of the stored value.
   *
   * Cost: that of getOrSetMany without `as`.
   * @throws as getOrSetMany without `as`, and what `as` throws
   */
  getOrSetMany<K, T, A extends As<T> = ClassOf<T>>(
    ids: readonly K[],
    toKey: (id: K) => string,
    loadMissing: BatchLoader<K, T>,
    options: GetOrSetManyOptions & ReadAs<A>,
  ): Promise<(MadeOf<T, A> | undefined)[]>;
  /**
   * As {@link getOrSet} for many ids, in their order: one read of all, and one call of `loadMissing` with
   * the missing ids (the idea is DataLoader's). The same rules hold: a value that was invalidated
   * meanwhile is not stored, a key that another caller loads is waited for, concurrent callers share one
   * load of a key. A key whose other load failed is loaded by a further call.
   *
   * `loadMissing` returns an array in the order of the ids, or a `Map` by id. `undefined` for an id is not
   * stored. An `Error` for an id takes its place in the result, so type the loader accordingly:
   *
   * ```ts
   * const rows = await cache.getOrSetMany(ids, (id) => `tarea:${id}`, async (missing) => {
   *   const found = await repository.findMany(missing);
   *   return new Map(found.map((tarea) => [tarea.id, tarea]));
   * }, { ttl: 60 });
   * ```
   *
   * Ids with the same key are loaded once, by the first of them, and get the same object. If
   * `loadMissing` throws, all leases are released and its error is thrown.
   *
   * Cost: one `MGET`; one acquire and one fill script for each missing key, sent together: three round
   * trips in all. Beyond 500 keys in chunks of 500, still with one call of `loadMissing`.
   * @throws CacheKeyInvalidError, CacheLoadTimeoutError, CacheOptionsError (also when `loadMissing`
   * returns an array of another length), and what `loadMissing` throws
   */
  getOrSetMany<K, T>(
    ids: readonly K[],
    toKey: (id: K) => string,
    loadMissing: BatchLoader<K, T>,
    options?: GetOrSetManyOptions,
  ): Promise<(Stored<Exclude<T, Error>, Values> | Extract<T, Error> | undefined)[]>;
  getOrSetMany<K, T>(
    ids: readonly K[],
    toKey: (id: K) => string,
    loadMissing: BatchLoader<K, T>,
    options: GetOrSetManyOptions & Partial<ReadAs> = {},
  ): Promise<unknown[]> {
    const named = this.#lint?.naming(toKey) ?? toKey;
    const read = (): Promise<unknown[]> =>
      getOrSetMany(this.#reader, ids, named, loadMissing, options);
    return asksFor(options) ? eachMade(options, read) : read();
  }

  /**
   * As getOrSet without `as`, and resolves with what that makes of the stored value.
   *
   * Cost: that of getOrSet without `as`.
   * @throws as getOrSet without `as`, and what `as` throws
   */
  getOrSet<T, A extends As<T> = ClassOf<T>>(
    key: string,
    loader: Loader<T>,
    options: GetOrSetOptions & ReadAs<A>,
  ): Promise<MadeOf<T, A>>;
  /**
   * The value from the cache, or from `loader`: one load for all concurrent callers, in every process
   * that shares the store (the leases of Nishtala et al., _Scaling Memcache at Facebook_, NSDI 2013, and
   * Go's `singleflight`). A value that was invalidated while it loaded is returned to the callers from
   * before, and not stored. An unavailable store is a miss.
   *
   * Its type is what JSON makes of the loader's: a `Date` is a `string`, from a miss and a hit alike. With
   * `as` it is what that makes.
   *
   * Cost: one `GET` on a hit, `PTTL` and `GET` together with options that serve stale values; acquire and
   * fill scripts on a miss.
   * @throws CacheKeyInvalidError, CacheOptionsError, CacheLoadTimeoutError (`hardTimeout`), and what
   * `loader` throws, as it is
   */
  getOrSet<T>(
    key: string,
    loader: Loader<T>,
    options?: GetOrSetOptions,
  ): Promise<Stored<T, Values>>;
  getOrSet(
    key: string,
    loader: Loader<unknown>,
    options: GetOrSetOptions & Partial<ReadAs> = NO_OPTIONS,
  ): Promise<unknown> {
    this.#lint?.check(key);
    if (typeof loader !== 'function' || options === null) return refusal(loader);
    if (options.as === undefined) return this.#reader.read(key, loader, options);
    return made(options, () => this.#reader.read(key, loader, options));
  }

  /**
   * As getOrSetEntry without `as`, and resolves with what that makes of the stored value.
   *
   * Cost: that of getOrSetEntry without `as`.
   * @throws as getOrSetEntry without `as`, and what `as` throws
   */
  getOrSetEntry<T, A extends As<T> = ClassOf<T>>(
    key: string,
    loader: Loader<T>,
    options: GetOrSetOptions & ReadAs<A>,
  ): Promise<CacheEntry<MadeOf<T, A>>>;
  /**
   * As {@link getOrSet}, with the cache status of the value: hit, stale, when it was stored, its ttl.
   *
   * Cost: `PTTL` and `GET` in one round trip on a hit; acquire and fill scripts on a miss.
   * @param ahead for `@CacheAside`: what {@link readAhead} returned
   * @throws as {@link getOrSet}
   */
  getOrSetEntry<T>(
    key: string,
    loader: Loader<T>,
    options?: GetOrSetOptions,
    ahead?: ReadAhead,
  ): Promise<CacheEntry<Stored<T, Values>>>;
  getOrSetEntry(
    key: string,
    loader: Loader<unknown>,
    options: GetOrSetOptions & Partial<ReadAs> = NO_OPTIONS,
    ahead?: ReadAhead,
  ): Promise<CacheEntry<unknown>> {
    this.#lint?.check(key);
    if (typeof loader !== 'function' || options === null) return refusal(loader);
    const read = (): Promise<CacheEntry<unknown>> =>
      this.#reader.entry(key, this.fullKey(key), loader, options, ahead);
    return options.as === undefined ? read() : entryMade(options, read);
  }

  /**
   * @internal For `@CacheAside`: sends the read of a key whose {@link getOrSetEntry} will follow for
   * the same caller, with the same options. `undefined` where that will need no store call.
   *
   * Cost: the store call of a hit, which that call then saves.
   * @throws CacheKeyInvalidError, CacheOptionsError
   */
  readAhead(key: string, options: GetOrSetOptions): ReadAhead | undefined {
    return this.#reader.ahead(key, options);
  }

  /**
   * Acquires a lease for a manual fill. Call it before reading the source and pass the token to `set`,
   * which then stores only if nothing was invalidated meanwhile. `undefined` when another caller is
   * loading, a value is there, the store is unavailable, or the call is inside a transaction.
   *
   * Cost: one script.
   * @throws CacheKeyInvalidError
   */
  async acquireLease(key: string): Promise<LeaseToken | undefined> {
    this.#lint?.check(key);
    assertWritable(key);
    if (OpenTransaction.current !== undefined) return undefined;
    try {
      const lease = await acquireManually(this.#parts, key, currentBudget(this.#parts));
      return lease === undefined ? undefined : new LeaseToken(lease);
    } catch (error) {
      this.#countUnavailable(error);
      return undefined;
    }
  }

  /**
   * Releases a token without a fill, so that the next caller loads at once. `false` when it does not hold
   * any more.
   *
   * Cost: one script.
   * @throws CacheUnavailableError
   */
  async releaseLease(token: LeaseToken): Promise<boolean> {
    return this.#spend((ms) => this.store.release(LeaseToken.leaseOf(token), ms));
  }

  /**
   * Stores a value that the cache owns. `false` when storing is not confirmed: the store is unavailable
   * or refused it (after a timeout the value may still arrive), the token is void, or the value cannot be
   * stored (too large, no JSON), in which case the stored value is removed. `undefined` is no value: the
   * stored one stays.
   *
   * A manual get → compute → set can lose a race: an invalidation between the read of the source and
   * this call has no effect on it, and the old value stays for its whole ttl. For values derived from
   * data that changes use {@link getOrSet}, or {@link acquireLease} and `set(…, { token })`. Writes of one
   * key and removals are sent in the order in which this process called them, awaited or not.
   *
   * Cost: one script; above 4 kB a `SET` before it in the same round trip.
   * @throws CacheKeyInvalidError, CacheOptionsError
   */
  async set(key: string, value: unknown, options: SetOptions = {}): Promise<boolean> {
    this.#lint?.check(key);
    assertWritable(key);
    assertSetOptions(options);
    this.#parts.lost?.check(key, value);
    const budget = currentBudget(this.#parts);
    const { removals, writes } = this.wiring;
    const parts = { ...this.#parts, removals, writes };
    return setByHand(parts, key, value, options, budget);
  }

  /**
   * Removes keys; resolves with how many values were removed.
   *
   * Cost: one script for each 200 keys, and the barrier where `local.barrier` covers a key.
   * @param because why, for the journal
   * @throws CacheKeyInvalidError; CacheUnavailableError when the removal is not confirmed
   */
  async delete(keys: string | readonly string[], because?: Because): Promise<number> {
    const all = typeof keys === 'string' ? [keys] : keys;
    all.forEach(assertKey);
    if (all.length === 0) return 0;
    return this.wiring.removals.remove(selectKeys(all), undefined, because);
  }

  /**
   * Removes every key that matches a Redis glob; resolves with how many values were removed.
   *
   * Cost: with `index: 'lex'` one script for each 200 matches of `literal*`, else also one page read for
   * each 500 candidates; with `index: 'scan'` a `SCAN` of the database.
   * @param because why, for the journal
   * @throws CachePatternInvalidError; CacheUnavailableError when the removal is not confirmed
   */
  async deletePattern(pattern: string, because?: Because): Promise<number> {
    return this.wiring.removals.remove(selectPattern(pattern), undefined, because);
  }

  /**
   * Removes what a write made stale; call it after the commit. `true` when that is done.
   *
   * With an outbox (`CacheModuleOptions.invalidationLog`, `strict`) and `written`, the position of the
   * write in it: if the store does not confirm within the deadline, this waits until the relay has
   * applied the outbox that far or every freshness lease that could serve the old value has expired, at
   * most 1.5 s after the commit. With an in-process store it waits 0.3 s for the other processes, if there
   * are any. However it ends, no process answers a read that begins after it with the old value; `false`
   * says that the relay has still to remove it.
   *
   * Without an outbox it takes at most one deadline, and no time while the store is known to be
   * unavailable. `false` says that the removal is in the retry queue. Until it is applied this process
   * bypasses the store; other processes do not know of it, and a process that crashes forgets it.
   *
   * Inside a transaction that the cache knows of (`@gad/cache/transactions`) it resolves at once with
   * `false`, and the removal runs after the commit, before the transaction's call returns.
   *
   * Cost: as {@link deletePattern}. Never throws `CacheUnavailableError`.
   * @param because why, for the journal
   * @throws CachePatternInvalidError
   */
  async invalidate(
    patterns: string | readonly string[],
    written?: CommitPosition,
    because?: Because,
  ): Promise<boolean> {
    const all = typeof patterns === 'string' ? [patterns] : patterns;
    return this.wiring.invalidations.run(all.map(selectPattern), written, because);
  }

  /**
   * Runs a Lua script of the application (a rate limit, a counter) under the same rules as a read: within
   * the deadline, refused while the store is unavailable. `names` become keys that no cache key or pattern
   * reaches and that `clear` leaves alone. Make the script with `script(source)` of `@gad/cache/store`.
   *
   * Cost: one `EVALSHA`.
   * @throws CacheUnavailableError also on the in-process store, which runs no scripts
   */
  async evaluate(
    script: StoreScript,
    names: readonly string[],
    args: readonly string[],
  ): Promise<unknown> {
    const { store } = this;
    return this.#spend((ms) => {
      if (store.evaluate !== undefined) return store.evaluate(script, names, args, ms);
      throw new CacheUnavailableError('refused', 'This store runs no scripts.');
    });
  }

  /**
   * Removes every key under the prefix, also those that other programs wrote, and nothing else; resolves
   * with how many values were removed.
   *
   * Cost: one script for each 200 keys, and a `SCAN` of the database.
   * @param because why, for the journal
   * @throws CacheUnavailableError when the removal is not confirmed
   */
  clear(because?: Because): Promise<number> {
    return this.wiring.removals.remove(ALL_KEYS, undefined, because);
  }

  #spend<T>(call: (withinMs: number) => Promise<T>): Promise<T> {
    return currentBudget(this.#parts).spend(call, STORE_CALL.script);
  }

  #countUnavailable(error: unknown): void {
    if (!(error instanceof CacheUnavailableError)) throw error;
    this.wiring.recorder.storeFailed(error.reason);
  }
}
