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
 * The cache, bound to Nest's lifecycle: it connects on module init (a store that is away then is
 * no error, it is used when it comes) and closes after the HTTP server has drained.
 *
 * Reads and fills never fail a request: a store that is away, slow or corrupt is a miss. Removals
 * are honest: they resolve with what was removed or throw `CacheUnavailableError`. Keys that are
 * not 1..512 bytes of clean text throw `CacheKeyInvalidError` everywhere.
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

  /** Connects, once; a store that is away is used when it comes. */
  onModuleInit(): Promise<void> {
    return (this.#opening ??= this.#engine.open());
  }

  /** Nest calls this after the HTTP server has closed, so requests in flight still have a cache. */
  async onApplicationShutdown(): Promise<void> {
    await this.#engine.close();
  }

  /** Whether the store answers at present. */
  get connected(): boolean {
    return this.#engine.store.connected;
  }

  /** What kind of store serves. */
  get storeKind(): 'redis' | 'memory' {
    return this.#engine.store.kind;
  }

  /** How fresh the store is known to be, and who keeps it so; `null` without a log. No store call. */
  get freshness(): FreshnessFigures | null {
    return this.#engine.freshness();
  }

  /**
   * The value, or `undefined` when there is none; `null`, `0`, `''` and `false` are values.
   *
   * Cost: one `GET`. The type is the caller's claim, as with `JSON.parse`.
   */
  get<T>(key: string): Promise<T | undefined> {
    // The caller knows what is stored under its key.
    return this.#engine.get(key) as Promise<T | undefined>;
  }

  /**
   * As `get`, for many keys at once and in their order. A store that fails for some of them fails
   * only those. Cost: one `MGET` per 500 keys, one after the other.
   */
  getMany<T>(keys: readonly string[]): Promise<(T | undefined)[]> {
    return this.#engine.getMany(keys) as Promise<(T | undefined)[]>;
  }

  /**
   * Stores a value that the cache owns. `false`: not confirmed, because the store is away or refused
   * it (after a timeout it may arrive yet), or the token does not hold; or it cannot be stored (too
   * large, no JSON), and what was there is removed. `undefined` is no value: what was there stays.
   *
   * get → compute → set by hand can be raced: an invalidation between the read of the source and
   * this call is lost, and the old value stays for its whole ttl. For values derived from data
   * that changes use {@link getOrSet}, or {@link acquireLease} and `set(…, { token })`. Writes of one key and
   * removals are sent in the order in which this process asked for them, awaited or not.
   * Cost: one script (above 4 kB a `SET` before it in the same round trip).
   */
  set(key: string, value: unknown, options?: SetOptions): Promise<boolean> {
    this.#lint?.check(key);
    return this.#engine.set(key, value, options);
  }

  /**
   * As `set` for each pair; answers in their order which of them were stored. Of several pairs with
   * one key the last is stored, and its outcome is given for all.
   *
   * Cost: one script a pair, 500 of them in one round trip.
   */
  setMany(entries: readonly KeyValue[], options?: Lifetime): Promise<boolean[]> {
    return setMany(entries, (key, value) => this.set(key, value, options));
  }

  /**
   * The value from the cache, or from `loader` — once for all who ask at the same time, in every
   * process that shares the store. What was invalidated while it loaded is returned to those who
   * asked before, and not stored. The loader's own error is thrown as it is.
   *
   * Cost: one `GET` on a hit; acquire and fill scripts on a miss (≈ 30 µs of Redis).
   */
  getOrSet<T>(key: string, loader: Loader<T>, options?: GetOrSetOptions): Promise<T> {
    this.#lint?.check(key);
    return this.#engine.getOrSet(key, loader, options);
  }

  /** As {@link getOrSet}, with how the value was come by. A hit costs `PTTL` and `GET` together. */
  getOrSetEntry<T>(
    key: string,
    loader: Loader<T>,
    options?: GetOrSetOptions,
  ): Promise<CacheEntry<T>> {
    this.#lint?.check(key);
    return this.#engine.getOrSetEntry(key, loader, options);
  }

  /**
   * As {@link getOrSet} for many ids, in their order: one read of all, one call of `loadMissing` with
   * the missing ids, and under the same rules: what was invalidated meanwhile is not stored, a key
   * that somebody else is loading is waited for, callers at the same time share one load of a key.
   * Only if whoever loads a key does not come to an end is it loaded in a further call.
   *
   * `loadMissing` answers an array in the order of the ids, or a `Map` by id. `undefined` for an id
   * is not stored. An `Error` for an id is put in its place, so type the loader accordingly:
   *
   * ```ts
   * const rows = await cache.getOrSetMany(ids, (id) => `tarea:${id}`, async (missing) => {
   *   const found = await repository.findMany(missing);
   *   return new Map(found.map((tarea) => [tarea.id, tarea]));
   * }, { ttl: 60 });
   * ```
   *
   * Ids with the same key are asked for once, by the first of them, and get the same object. If
   * `loadMissing` throws, all leases are handed back and its error is thrown.
   *
   * Cost: one `MGET`; one acquire and one fill script a missing key, sent together: three round
   * trips in all. Beyond 500 keys in turns of 500, still with one call of `loadMissing`. The idea of
   * the loader is DataLoader's.
   *
   * @throws CacheOptionsError also when `loadMissing` answers an array of another length
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
   * Takes an absent key for filling by hand. Call it before reading the source; hand the token to
   * `set`, which then stores only if nothing was invalidated meanwhile. `undefined` when somebody
   * else is loading, a value is there, or the store is away.
   *
   * Cost: one script.
   */
  acquireLease(key: string): Promise<LeaseToken | undefined> {
    this.#lint?.check(key);
    return this.#engine.acquireLease(key);
  }

  /**
   * Removes one key or several; resolves with how many values were removed.
   *
   * @throws CacheUnavailableError when nobody knows whether they were
   */
  delete(keys: string | readonly string[]): Promise<number> {
    return this.#engine.delete(keys);
  }

  /**
   * Removes every key that matches a Redis glob; costs what it removes (with `index: 'lex'`).
   *
   * @throws CacheUnavailableError, CachePatternInvalidError
   */
  deletePattern(pattern: string): Promise<number> {
    return this.#engine.deletePattern(pattern);
  }

  /**
   * For after a write: removes what it made stale. `true` when that is done.
   *
   * With a log (see `CacheModuleOptions.invalidationLog`, `strict`) and `written`, which says where in the log
   * the write is: when the store does not confirm within the deadline, this waits until the log has
   * been applied that far or every permission to serve the old value has run out, at most 1.5 s
   * after the commit. With an in-process store it waits 0.3 s for the other processes, if there are
   * any. However it ends, no read that begins after it is answered with the old value, by any
   * process; `false` says that the relay has still to remove it.
   *
   * Otherwise it takes at most one deadline, and no time while the store is known to be away:
   * `false` says that the removal is owed. It is tried until it is done, and until then this
   * instance serves nothing from the store; other instances do not know of it, and a process that
   * ends abruptly forgets it.
   *
   * Never throws `CacheUnavailableError`.
   *
   * @throws CachePatternInvalidError
   */
  invalidate(patterns: string | readonly string[], written?: CommitPosition): Promise<boolean> {
    const all = typeof patterns === 'string' ? [patterns] : patterns;
    return this.#engine.invalidate(all, written);
  }

  /**
   * Runs a Lua script of the application's (a rate limit, a counter) under the same rules as a
   * read: within the deadline, refused while the store is away. `names` become keys that no cache
   * key or pattern reaches and that `clear` leaves alone. Make the script with `script(source)`.
   *
   * Cost: one `EVALSHA`.
   *
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
   * Removes every key under the prefix, whoever wrote it, and nothing else.
   *
   * @throws CacheUnavailableError
   */
  clear(): Promise<number> {
    return this.#engine.clear();
  }

  /** Figures of the store and of this instance. Never throws. */
  getStats(): Promise<CacheStats> {
    return this.#inspection.stats();
  }

  /** Seconds left, rounded up; `null` without expiry, `undefined` when absent. */
  ttl(key: string): Promise<number | null | undefined> {
    return this.#inspection.ttl(key);
  }

  exists(key: string): Promise<boolean> {
    return this.#inspection.exists(key);
  }

  /** The matching keys without prefix, in byte order, fetched a page at a time. */
  keys(pattern: string): AsyncIterable<string> {
    return this.#inspection.keys(pattern);
  }

  /** One page of keys with ttl and size, in byte order; stable while keys come and go. */
  listKeys(query: KeyQuery): Promise<KeyList> {
    return this.#inspection.list(query);
  }

  /** One key opened up, or `undefined` when absent. */
  inspect(key: string): Promise<KeyDetails | undefined> {
    return this.#inspection.open(key);
  }

  /** How many keys a pattern matches now, and the first few of them (default 10). */
  countMatching(pattern: string, options: { sample?: number } = {}): Promise<MatchCount> {
    return this.#inspection.count(pattern, options.sample ?? 10);
  }

  /** The key as it appears in the store. */
  fullKey(key: string): string {
    return this.#engine.fullKey(key);
  }

  /** A key or pattern pasted with its prefix, without it; anything else unchanged. */
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
