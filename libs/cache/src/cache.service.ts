import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { createCache } from './cache-factory.js';
import type { CacheLogger, CacheLogLine } from './cache-log.js';
import type { CacheStats } from './cache-stats.js';
import { CACHE_MODULE_OPTIONS } from './cache.tokens.js';
import type { CacheEngine } from './engine/cache-engine.js';
import type { CacheEntry, GetOrSetOptions, Lifetime, Loader } from './values/get-or-set-options.js';
import type { SetOptions } from './engine/engine-parts.js';
import type { LeaseToken } from './engine/load/lease-token.js';
import type { FreshnessFigures, CommitPosition } from './outbox/freshness-guard.js';
import type { KeyDetails, KeyList, KeyQuery, MatchCount } from './engine/inspection.js';
import { Inspection } from './engine/inspection.js';
import type { BatchLoader } from './engine/read/batch-load.js';
import { setMany, type GetOrSetManyOptions, type KeyValue } from './engine/read/get-or-set-many.js';
import { KeyLint } from './keys/key-lint.js';
import type { NestCacheOptions } from './nest/nest-cache-options.js';
import type { StoreScript } from './store/cache-store.js';

/**
 * The cache, bound to Nest's lifecycle: it connects on module init and closes after the HTTP server
 * has drained. A store that is unavailable at the start is no error.
 *
 * Reads and fills never fail a request: an unavailable, slow or corrupt store is a miss. Removals
 * resolve with what was removed or throw `CacheUnavailableError`. A key is 1 to 512 bytes of clean
 * text; anything else throws `CacheKeyInvalidError` everywhere.
 */
@Injectable()
export class CacheService implements OnModuleInit, OnApplicationShutdown {
  readonly #engine: CacheEngine;
  readonly #inspection: Inspection;
  readonly #lint: KeyLint | undefined;
  #opening: Promise<void> | undefined;

  constructor(@Inject(CACHE_MODULE_OPTIONS) options: NestCacheOptions) {
    const logger = new Logger('Cache');
    if (options.lintKeys === true) this.#lint = new KeyLint((message) => logger.warn(message));
    this.#engine = createCache(options, nestLog(logger, options.logLevel ?? 'log'));
    this.#inspection = new Inspection(this.#engine);
  }

  /**
   * Connects, once. A store that is unavailable at the start is used as soon as it answers.
   *
   * Cost: one connection, two with `local`. Never throws because of the store.
   * @throws CacheOptionsError when another cache in this process uses a prefix that this one reaches into
   */
  onModuleInit(): Promise<void> {
    return (this.#opening ??= this.#engine.open());
  }

  /**
   * Closes the store. Nest calls this after the HTTP server has closed, so requests in flight still have
   * a cache.
   *
   * Cost: closes the connections. Never throws because of the store.
   */
  async onApplicationShutdown(): Promise<void> {
    await this.#engine.close();
  }

  /**
   * Whether the store answers at present. Cost: none. Never throws.
   */
  get connected(): boolean {
    return this.#engine.store.connected;
  }

  /**
   * Which kind of store serves. Cost: none. Never throws.
   */
  get storeKind(): 'redis' | 'memory' {
    return this.#engine.store.kind;
  }

  /**
   * How fresh the store is known to be and which relay keeps it so; `null` without an outbox. Cost: none.
   * Never throws.
   */
  get freshness(): FreshnessFigures | null {
    return this.#engine.freshness();
  }

  /**
   * The value, or `undefined` when there is none; `null`, `0`, `''` and `false` are values. The type is
   * the caller's claim, as with `JSON.parse`. An unavailable store is a miss.
   *
   * Cost: one `GET`.
   * @throws CacheKeyInvalidError
   */
  get<T>(key: string): Promise<T | undefined> {
    // The caller knows what is stored under its key.
    return this.#engine.get(key) as Promise<T | undefined>;
  }

  /**
   * As {@link get} for many keys, in their order. A store that fails for some keys fails only those.
   *
   * Cost: one `MGET` for each 500 keys, one after the other.
   * @throws CacheKeyInvalidError
   */
  getMany<T>(keys: readonly string[]): Promise<(T | undefined)[]> {
    return this.#engine.getMany(keys) as Promise<(T | undefined)[]>;
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
  set(key: string, value: unknown, options?: SetOptions): Promise<boolean> {
    this.#lint?.check(key);
    return this.#engine.set(key, value, options);
  }

  /**
   * As {@link set} for each pair; returns in their order which of them were stored. Of several pairs with
   * one key the last is stored, and all of them get its outcome.
   *
   * Cost: one script for each pair, 500 of them in one round trip.
   * @throws CacheKeyInvalidError, CacheOptionsError
   */
  setMany(entries: readonly KeyValue[], options?: Lifetime): Promise<boolean[]> {
    return setMany(entries, (key, value) => this.set(key, value, options));
  }

  /**
   * The value from the cache, or from `loader`: one load for all concurrent callers, in every process
   * that shares the store (the leases of Nishtala et al., _Scaling Memcache at Facebook_, NSDI 2013, and
   * Go's `singleflight`). A value that was invalidated while it loaded is returned to the callers from
   * before, and not stored. An unavailable store is a miss.
   *
   * Cost: one `GET` on a hit, `PTTL` and `GET` together with options that serve stale values; acquire and
   * fill scripts on a miss.
   * @throws CacheKeyInvalidError, CacheOptionsError, CacheLoadTimeoutError (`hardTimeout`), and what
   * `loader` throws, as it is
   */
  getOrSet<T>(key: string, loader: Loader<T>, options?: GetOrSetOptions): Promise<T> {
    this.#lint?.check(key);
    return this.#engine.getOrSet(key, loader, options);
  }

  /**
   * As {@link getOrSet}, with the cache status of the value: hit, stale, when it was stored, its ttl.
   *
   * Cost: `PTTL` and `GET` in one round trip on a hit; acquire and fill scripts on a miss.
   * @throws as {@link getOrSet}
   */
  getOrSetEntry<T>(
    key: string,
    loader: Loader<T>,
    options?: GetOrSetOptions,
  ): Promise<CacheEntry<T>> {
    this.#lint?.check(key);
    return this.#engine.getOrSetEntry(key, loader, options);
  }

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
  ): Promise<(T | undefined)[]> {
    const named = this.#lint?.naming(toKey) ?? toKey;
    return this.#engine.getOrSetMany(ids, named, loadMissing, options);
  }

  /**
   * Acquires a lease for a manual fill. Call it before reading the source and pass the token to `set`,
   * which then stores only if nothing was invalidated meanwhile. `undefined` when another caller is
   * loading, a value is there, or the store is unavailable.
   *
   * Cost: one script.
   * @throws CacheKeyInvalidError
   */
  acquireLease(key: string): Promise<LeaseToken | undefined> {
    this.#lint?.check(key);
    return this.#engine.acquireLease(key);
  }

  /**
   * Removes keys; resolves with how many values were removed.
   *
   * Cost: one script for each 200 keys, and the barrier where `local.barrier` covers a key.
   * @throws CacheKeyInvalidError; CacheUnavailableError when the removal is not confirmed
   */
  delete(keys: string | readonly string[]): Promise<number> {
    return this.#engine.delete(keys);
  }

  /**
   * Removes every key that matches a Redis glob; resolves with how many values were removed.
   *
   * Cost: with `index: 'lex'` one script for each 200 matches of `literal*`, else also one page read for
   * each 500 candidates; with `index: 'scan'` a `SCAN` of the database.
   * @throws CachePatternInvalidError; CacheUnavailableError when the removal is not confirmed
   */
  deletePattern(pattern: string): Promise<number> {
    return this.#engine.deletePattern(pattern);
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
   * Cost: as {@link deletePattern}. Never throws `CacheUnavailableError`.
   * @throws CachePatternInvalidError
   */
  invalidate(patterns: string | readonly string[], written?: CommitPosition): Promise<boolean> {
    const all = typeof patterns === 'string' ? [patterns] : patterns;
    return this.#engine.invalidate(all, written);
  }

  /**
   * Runs a Lua script of the application (a rate limit, a counter) under the same rules as a read: within
   * the deadline, refused while the store is unavailable. `names` become keys that no cache key or pattern
   * reaches and that `clear` leaves alone. Make the script with `script(source)` of `@gad/cache/store`.
   *
   * Cost: one `EVALSHA`.
   * @throws CacheUnavailableError also on the in-process store, which runs no scripts
   */
  evaluate(
    script: StoreScript,
    names: readonly string[],
    args: readonly string[],
  ): Promise<unknown> {
    return this.#engine.evaluate(script, names, args);
  }

  /**
   * Removes every key under the prefix, also those that other programs wrote, and nothing else; resolves
   * with how many values were removed.
   *
   * Cost: one script for each 200 keys, and a `SCAN` of the database.
   * @throws CacheUnavailableError when the removal is not confirmed
   */
  clear(): Promise<number> {
    return this.#engine.clear();
  }

  /**
   * Statistics of the store and of this instance; zeros and `connected: false` while the store is
   * unavailable.
   *
   * Cost: `INFO` and `DBSIZE` together; below 10,000 keys in the database also a `SCAN` of it, to count
   * exactly. Never throws.
   */
  getStats(): Promise<CacheStats> {
    return this.#inspection.stats();
  }

  /**
   * Seconds left, rounded up; `null` without expiry, `undefined` for an absent key.
   *
   * Cost: one `PTTL` and `GET` together.
   * @throws CacheKeyInvalidError, CacheUnavailableError
   */
  ttl(key: string): Promise<number | null | undefined> {
    return this.#inspection.ttl(key);
  }

  /**
   * Whether the key holds a value; a lease is none.
   *
   * Cost: one `PTTL` and `GET` together.
   * @throws CacheKeyInvalidError, CacheUnavailableError
   */
  exists(key: string): Promise<boolean> {
    return this.#inspection.exists(key);
  }

  /**
   * The matching keys without prefix, in byte order.
   *
   * Cost: for each 500 keys one page of the index and one script.
   * @throws CachePatternInvalidError, CacheUnavailableError, while it is iterated
   */
  keys(pattern: string): AsyncIterable<string> {
    return this.#inspection.keys(pattern);
  }

  /**
   * One page of keys with ttl (seconds) and size (bytes), in byte order; stable while keys come and go.
   *
   * Cost: one page of the index and one script for each 500 keys that it passes.
   * @throws CachePatternInvalidError, CacheKeyInvalidError (the cursor), CacheOptionsError (the limit),
   * CacheUnavailableError
   */
  listKeys(query: KeyQuery): Promise<KeyList> {
    return this.#inspection.list(query);
  }

  /**
   * The value, ttl (seconds) and size (bytes) of one key, or `undefined` when it is absent.
   *
   * Cost: one `PTTL` and `GET` together.
   * @throws CacheKeyInvalidError, CacheUnavailableError
   */
  inspect(key: string): Promise<KeyDetails | undefined> {
    return this.#inspection.open(key);
  }

  /**
   * How many keys a pattern matches now, and the first few of them (default 10).
   *
   * Cost: as {@link keys}, to the end.
   * @throws CachePatternInvalidError, CacheUnavailableError
   */
  countMatching(pattern: string, options: { sample?: number } = {}): Promise<MatchCount> {
    return this.#inspection.count(pattern, options.sample ?? 10);
  }

  /**
   * The key as it appears in the store. Cost: none.
   * Never throws.
   */
  fullKey(key: string): string {
    return this.#engine.fullKey(key);
  }

  /**
   * A key or pattern that was pasted with its prefix, without it; anything else unchanged. Cost: none.
   * Never throws.
   */
  stripPrefix(key: string): string {
    return this.#engine.stripPrefix(key);
  }
}

function nestLog(logger: Logger, level: 'debug' | 'log' | 'off'): CacheLogger {
  const operation = level === 'off' ? undefined : (line: CacheLogLine): void => logger[level](line);
  return {
    operation,
    notice: (message) => logger.log(message),
    warn: (message) => logger.warn(message),
  };
}
