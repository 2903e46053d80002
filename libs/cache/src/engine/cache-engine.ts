import { CacheCounters } from '../cache-counters.js';
import { CacheUnavailableError } from '../cache-errors.js';
import type { CacheLogger } from '../cache-log.js';
import { logSet, logUnstored } from '../cache-log.js';
import type { LocalFigures } from '../cache-stats.js';
import type {
  FreshnessGuard,
  FreshnessFigures,
  CommitPosition,
} from '../outbox/freshness-guard.js';
import { ALL_KEYS, selectKeys, selectPattern } from '../keys/key-selection.js';
import type { CacheStore, StoreScript } from '../store/cache-store.js';
import { BackgroundTasks } from './load/background-tasks.js';
import type { BatchLoader } from './read/batch-load.js';
import { NO_OPTIONS } from '../values/get-or-set-options.js';
import type { CacheEntry, GetOrSetOptions, Loader } from '../values/get-or-set-options.js';
import { ReadThrough } from './read/read-through.js';
import type { EngineParts, SetOptions } from './engine-parts.js';
import { LeaseToken } from './load/lease-token.js';
import { acquireManually, putByHand } from './load/manual-lease.js';
import { Invalidation } from './invalidate/invalidation.js';
import { Removals } from './invalidate/removals.js';
import { assertKey, assertWritable } from '../keys/key-validation.js';
import { notAFunction, type LoadLimits, type LoadParts } from './load/load-request.js';
import { NearCache } from '../near-cache/near-cache.js';
import { NearReads } from './read/near-reads.js';
import { Lookup } from './lookup/lookup.js';
import { getMany, getOrSetMany, type GetOrSetManyOptions } from './read/get-or-set-many.js';
import { RetryQueue } from './invalidate/retry-queue.js';
import { currentBudget } from './request-deadline.js';
import { StoreGate } from './store-gate.js';
import { ReadGate } from './lookup/read-gate.js';
import { assertLifetime, ttlMilliseconds } from '../values/ttl.js';
import { ValueCodec } from '../values/value-codec.js';
import { WriteOrder } from './invalidate/write-order.js';

/**
 * The operations of a cache over one store, in plain TypeScript, without a framework or globals.
 */
export class CacheEngine {
  readonly store: CacheStore;
  readonly prefix: string;
  /** @internal Converts between values and stored texts. */
  readonly codec: ValueCodec;
  readonly #limits: LoadLimits;
  readonly #log: CacheLogger;
  readonly #random: () => number;
  readonly #counters = new CacheCounters();
  readonly #removals: Removals;
  readonly #pending: RetryQueue;
  readonly #freshness: FreshnessGuard | undefined;
  readonly #invalidations: Invalidation;
  readonly #work: BackgroundTasks;
  readonly #parts: LoadParts;
  readonly #reader: ReadThrough;
  readonly #near: NearReads;
  readonly #writes = new WriteOrder();

  constructor(parts: EngineParts) {
    this.store = parts.store;
    this.prefix = parts.prefix;
    this.#limits = parts.limits;
    this.#log = parts.logger;
    this.#random = parts.random ?? Math.random;
    this.codec = new ValueCodec({ ...parts.values, maxValueBytes: parts.limits.maxValueBytes });
    const { store, clock, logger, limits, freshness } = parts;
    const [random, counters, codec] = [this.#random, this.#counters, this.codec];
    const near = nearCacheOf(parts, codec.parsesJson);
    const removals = new Removals(store, near, this.#writes, counters, logger);
    const pending = new RetryQueue(clock, logger, removals);
    this.#freshness = freshness;
    this.#removals = removals;
    this.#pending = pending;
    const reads = new ReadGate(store, pending, freshness);
    const lookup = new Lookup({ store, reads, clock, random, counters, logger, codec });
    this.#work = new BackgroundTasks({ clock, counters, logger });
    const { closing } = this.#work;
    const asked = (): boolean => (store.circuit ?? 'closed') === 'closed';
    const gate = new StoreGate({
      ...limits,
      queueMs: limits.leaseWaitMs,
      clock,
      asked,
      time: store.patience ?? clock,
    });
    const common = { store, reads, lookup, gate, clock, random, counters, logger, limits, codec };
    this.#parts = { ...common, closing };
    this.#near = new NearReads(this.#parts, near);
    this.#reader = new ReadThrough(this.#parts, this.#near, this.#work);
    this.#invalidations = new Invalidation(this.#parts, removals, pending, freshness);
  }

  async open(): Promise<void> {
    await this.store.open();
    await this.#freshness?.open();
  }

  /**
   * Waits for background refreshes, resigns a relay's lead, retries pending removals once, and
   * closes the store.
   */
  async close(): Promise<void> {
    await this.#work.close();
    await this.#freshness?.close();
    const undone = await this.#pending.close();
    if (undone > 0) this.#log.warn(`Cache: closed with ${undone} pending removals.`);
    await this.store.close();
  }

  /** This instance's own counters, and its state. */
  counts(): LocalFigures {
    return {
      ...this.#counters.snapshot(),
      loading: this.#reader.loading,
      background: this.#work.size,
      pending_removals: this.#pending.size,
      circuit: this.store.circuit ?? 'closed',
      copies: this.#near.figures(),
    };
  }

  /** State of the freshness proof; `null` without an invalidation log. */
  freshness(): FreshnessFigures | null {
    return this.#freshness?.figures() ?? null;
  }

  /** The key as it appears in the store. */
  fullKey(key: string): string {
    return this.prefix + key;
  }

  /** Removes the prefix from a full key or pattern; anything else is returned unchanged. */
  stripPrefix(key: string): string {
    return key.startsWith(this.prefix) ? key.slice(this.prefix.length) : key;
  }

  /** A plain read: one store call. */
  get(key: string): Promise<unknown> {
    return this.#reader.read(key, undefined, NO_OPTIONS);
  }

  /** Values in the order of the keys: one store call per 500 keys. */
  getMany(keys: readonly string[]): Promise<unknown[]> {
    return getMany(this.#reader.many, keys);
  }

  /** See `getOrSetMany` in `read/get-or-set-many.ts`. */
  getOrSetMany<K, T>(
    ids: readonly K[],
    toKey: (id: K) => string,
    loadMissing: BatchLoader<K, T>,
    options: GetOrSetManyOptions = {},
  ): Promise<(T | undefined)[]> {
    return getOrSetMany(this.#reader, ids, toKey, loadMissing, options);
  }

  /** One store call on a hit; on a miss two more, for the caller that loads. */
  getOrSet<T>(key: string, loader: Loader<T>, options: GetOrSetOptions = NO_OPTIONS): Promise<T> {
    if (typeof loader !== 'function') return Promise.reject(notAFunction('loader', loader));
    // The loader's value and the stored one have the same type, and JSON normalises both.
    return this.#reader.read(key, loader, options) as Promise<T>;
  }

  /** As `getOrSet`, with the value's cache status. A hit costs one round trip of two commands. */
  async getOrSetEntry<T>(
    key: string,
    loader: Loader<T>,
    options: GetOrSetOptions = NO_OPTIONS,
  ): Promise<CacheEntry<T>> {
    if (typeof loader !== 'function') throw notAFunction('loader', loader);
    const { lifeMs: _life, ...served } = await this.#reader.entry(key, loader, options);
    // As above.
    return { ...served, key: this.fullKey(key), value: served.value as T };
  }

  /** Acquires the lease of a key for a manual fill: one store call. */
  async acquireLease(key: string): Promise<LeaseToken | undefined> {
    assertWritable(key);
    try {
      const lease = await acquireManually(this.#parts, key, currentBudget(this.#parts));
      return lease === undefined ? undefined : new LeaseToken(lease);
    } catch (error) {
      this.#countUnavailable(error);
      return undefined;
    }
  }

  /** Releases a token without a fill, so that the next caller loads at once: one store call. */
  async releaseLease(token: LeaseToken): Promise<boolean> {
    return this.#spend((ms) => this.store.release(LeaseToken.leaseOf(token), ms));
  }

  /** One store call; two in one round trip for a large value. */
  async set(key: string, value: unknown, options: SetOptions = {}): Promise<boolean> {
    assertWritable(key);
    assertLifetime(options);
    const serialised = this.codec.serialise(value);
    if (serialised === 'undefined') {
      logUnstored(this.#log, key, serialised);
      return false;
    }
    const large = typeof serialised === 'object' && serialised.bytes > this.#limits.maxValueBytes;
    const packed = typeof serialised === 'string' || large ? '' : this.codec.pack(serialised);
    const ttlMs = ttlMilliseconds(options.ttl, options.jitter, this.#random);
    const budget = currentBudget(this.#parts);
    const enter = (): Promise<void> | undefined => budget.enter();
    const put = (ready: string): Promise<boolean> => {
      const fits = ready !== '' && this.store.fits?.(key, ready) !== false;
      if (!fits) logUnstored(this.#log, key, serialised);
      const outgoing = { key, text: fits ? ready : undefined, ttlMs };
      return this.#removals.replace(selectKeys([key]), () =>
        budget.entered((ms) => putByHand(this.store, outgoing, options, ms)),
      );
    };
    try {
      if (!(await this.#writes.inTurn(key, packed, enter, put))) return false;
    } catch (error) {
      this.#countUnavailable(error);
      return false;
    }
    this.#counters.sets++;
    logSet(this.#log, key, ttlMs);
    return true;
  }

  /** One store call. Throws when the removal is not confirmed. */
  async delete(keys: string | readonly string[]): Promise<number> {
    const all = typeof keys === 'string' ? [keys] : keys;
    all.forEach(assertKey);
    return all.length === 0 ? 0 : this.#removals.remove(selectKeys(all));
  }

  /** With a key index the cost is proportional to the removed keys. */
  async deletePattern(pattern: string): Promise<number> {
    return this.#removals.remove(selectPattern(pattern));
  }

  /**
   * Removes what a write made stale; `true` when that is confirmed. Costs as `deletePattern`. Where
   * the barrier applies, other processes' acknowledgements may take up to `staleBoundMs` longer.
   *
   * With an invalidation log and `written`: if the store does not confirm within the deadline,
   * waits until the relay has applied the write or no process may serve the old value any more.
   * Otherwise an unconfirmed removal is pending: it is retried until confirmed, and meanwhile this
   * cache bypasses the store.
   */
  async invalidate(patterns: readonly string[], written?: CommitPosition): Promise<boolean> {
    return this.#invalidations.run(patterns.map(selectPattern), written);
  }

  /** Runs a script of the application on keys of its own: one store call. */
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

  clear(): Promise<number> {
    return this.#removals.remove(ALL_KEYS);
  }

  #spend<T>(call: (withinMs: number) => Promise<T>): Promise<T> {
    return currentBudget(this.#parts).spend(call);
  }

  #countUnavailable(error: unknown): void {
    if (!(error instanceof CacheUnavailableError)) throw error;
    this.#counters.errors++;
  }
}

function nearCacheOf({ store, local, clock }: EngineParts, parsed: boolean): NearCache | undefined {
  const { coherence } = store;
  if (coherence === undefined || local === undefined) return undefined;
  const near = new NearCache({ ...local, clock, parsed, freshness: coherence });
  coherence.follow(near);
  return near;
}
