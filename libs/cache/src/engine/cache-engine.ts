import { CacheCounters } from '../cache-counters.js';
import { CacheUnavailableError } from '../cache-errors.js';
import type { CacheLog } from '../cache-log.js';
import { logClear, logDelete, logDeletePattern, logSet, logUnstored } from '../cache-log.js';
import type { LocalFigures } from '../cache-stats.js';
import type { Freshness, FreshnessFigures, Written } from '../freshness/freshness.js';
import type { Removed } from '../local/removed.js';
import { EVERYTHING, removedKeys, removedMatching } from '../local/removed.js';
import type { CacheStore, StoreScript } from '../store/cache-store.js';
import { BackgroundWork } from './background-work.js';
import type { BatchLoader } from './batch.js';
import type { CacheEntry, GetOrSetOptions, Loader } from './cache-entry.js';
import { NO_OPTIONS } from './cache-entry.js';
import { CacheReader } from './cache-reader.js';
import type { EngineParts, SetOptions } from './engine-parts.js';
import { FillToken } from './fill-token.js';
import { Glob } from './glob.js';
import { acquireByHand, putByHand } from './hand-lease.js';
import { Invalidations } from './invalidations.js';
import { assertKey, assertWritable } from './key-rules.js';
import type { LoadLimits, LoadParts } from './load-parts.js';
import { LocalReads } from './local-reads.js';
import { Lookup } from './lookup.js';
import type { GetOrSetManyOptions } from './many.js';
import { getMany, getOrSetMany } from './many.js';
import { PendingRemovals } from './pending-removals.js';
import { currentBudget } from './request-budget.js';
import { StoreGate } from './store-gate.js';
import { TrustedReads } from './trusted-reads.js';
import { assertLifetime, ttlMilliseconds } from './ttl.js';
import { ValueCodec } from './value-codec.js';
import { WriteOrder } from './write-order.js';

/** Reads and writes of a cache over one store, in plain TypeScript: no framework, no globals. */
export class CacheEngine {
  readonly store: CacheStore;
  readonly prefix: string;
  /** @internal Reads and writes the texts that the store keeps. */
  readonly codec: ValueCodec;
  readonly #limits: LoadLimits;
  readonly #log: CacheLog;
  readonly #random: () => number;
  readonly #counters = new CacheCounters();
  readonly #pending: PendingRemovals;
  readonly #freshness: Freshness | undefined;
  readonly #invalidations: Invalidations;
  readonly #work: BackgroundWork;
  readonly #parts: LoadParts;
  readonly #reader: CacheReader;
  readonly #local: LocalReads;
  readonly #writes = new WriteOrder();

  constructor(parts: EngineParts) {
    this.store = parts.store;
    this.prefix = parts.prefix;
    this.#limits = parts.limits;
    this.#log = parts.log;
    this.#random = parts.random ?? Math.random;
    this.codec = new ValueCodec({ ...parts.values, maxValueBytes: parts.limits.maxValueBytes });
    this.#pending = new PendingRemovals({
      clock: parts.clock,
      log: parts.log,
      remove: (pattern) => this.deletePattern(pattern),
      connected: () => parts.store.connected,
    });
    this.#freshness = parts.freshness;
    this.#invalidations = new Invalidations({
      ...parts,
      pending: this.#pending,
      freshness: parts.freshness,
      counters: this.#counters,
      remove: (pattern) => this.deletePattern(pattern),
      budget: () => currentBudget(this.#parts),
      waitMs: (patterns) => this.#local.waitMs(patterns),
    });
    const { store, clock, log, limits } = parts;
    const [random, counters, codec] = [this.#random, this.#counters, this.codec];
    const reads = new TrustedReads(store, this.#pending, parts.freshness);
    const lookup = new Lookup({ store, reads, clock, random, counters, log, codec });
    this.#work = new BackgroundWork({ clock, counters, log });
    const { closing } = this.#work;
    const asked = (): boolean => (store.circuit ?? 'closed') === 'closed';
    const gate = new StoreGate({ ...limits, clock, asked, time: store.patience ?? clock });
    const common = { store, reads, lookup, gate, clock, random, counters, log, limits, codec };
    this.#parts = { ...common, closing };
    this.#reader = new CacheReader(this.#parts, this.#work);
    this.#local = new LocalReads(this.#reader, this.#parts, parts.local);
  }

  async open(): Promise<void> {
    await this.store.open();
    await this.#freshness?.open();
  }

  /**
   * Waits for refreshes, gives a relay's lead back, does what it still owes, if that can be done, and
   * closes the store.
   */
  async close(): Promise<void> {
    await this.#work.close();
    await this.#freshness?.close();
    const undone = await this.#pending.close();
    if (undone > 0) this.#log.warn(`Cache: closed with ${undone} owed removals undone.`);
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
      copies: this.#local.figures(),
    };
  }

  /** How fresh the store is; `null` without a log. */
  freshness(): FreshnessFigures | null {
    return this.#freshness?.figures() ?? null;
  }

  /** The key as it appears in the store. */
  fullKey(key: string): string {
    return this.prefix + key;
  }

  /** A key or pattern pasted with its prefix, without it; anything else unchanged. */
  stripPrefix(key: string): string {
    return key.startsWith(this.prefix) ? key.slice(this.prefix.length) : key;
  }

  /** One store call: a plain read. */
  get(key: string): Promise<unknown> {
    return this.#reader.one(key);
  }

  /** One store call per 500 keys: multi-key reads. Answers in the order of the keys. */
  getMany(keys: readonly string[]): Promise<unknown[]> {
    return getMany(this.#reader.several, keys);
  }

  /** See `getOrSetMany` in `many.ts`. */
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
    // What the loader made is what was stored, and JSON has normalised both alike.
    return this.#local.value(key, loader, options) as Promise<T>;
  }

  /** As `getOrSet`, with how the value was come by. A hit costs one round trip of two commands. */
  async getOrSetEntry<T>(
    key: string,
    loader: Loader<T>,
    options: GetOrSetOptions = NO_OPTIONS,
  ): Promise<CacheEntry<T>> {
    const { lifeMs: _life, ...served } = await this.#local.entry(key, loader, options);
    // As above.
    return { ...served, key: this.fullKey(key), value: served.value as T };
  }

  /** Takes a key for filling by hand: one store call. */
  async begin(key: string): Promise<FillToken | undefined> {
    assertWritable(key);
    try {
      const lease = await acquireByHand(this.#parts, key, currentBudget(this.#parts));
      return lease === undefined ? undefined : new FillToken(lease);
    } catch (error) {
      this.#excuse(error);
      return undefined;
    }
  }

  /** Hands a token back unspent, so that the next caller loads at once: one store call. */
  async release(token: FillToken): Promise<boolean> {
    return this.#spend((ms) => this.store.release(FillToken.leaseOf(token), ms));
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
      return this.#local.removing(removedKeys([key]), () =>
        budget.entered((ms) => putByHand(this.store, outgoing, options, ms)),
      );
    };
    try {
      if (!(await this.#writes.inTurn(key, packed, enter, put))) return false;
    } catch (error) {
      this.#excuse(error);
      return false;
    }
    this.#counters.sets++;
    logSet(this.#log, key, ttlMs);
    return true;
  }

  /** One store call. Throws when nobody knows whether it was done. */
  async delete(keys: string | readonly string[]): Promise<number> {
    const all = typeof keys === 'string' ? [keys] : keys;
    all.forEach(assertKey);
    if (all.length === 0) return 0;
    const count = await this.#removing(removedKeys(all), () => this.store.remove(all));
    this.#counters.deletes += count;
    logDelete(this.#log, all, count);
    return count;
  }

  /** Costs what it removes where the store keeps a key index. */
  async deletePattern(pattern: string): Promise<number> {
    const glob = new Glob(pattern);
    const count = await this.#removing(removedMatching(glob), () =>
      glob.isLiteral
        ? this.store.remove([glob.literalPrefix.toString()])
        : this.store.removeMatching(glob),
    );
    this.#counters.deletes += count;
    logDeletePattern(this.#log, pattern, count);
    return count;
  }

  /**
   * Removes what a write made stale; `true` when that is confirmed. Costs as `deletePattern`. Where
   * other processes have to confirm it, too, these may take the bound of their copies longer.
   *
   * With a log and `written`: when the store does not confirm within the deadline, waits until the
   * relay has applied the write or nobody may serve the old value any more. Otherwise what is not
   * confirmed is owed: tried until it is done, while this cache serves nothing from the store.
   */
  invalidate(patterns: readonly string[], written?: Written): Promise<boolean> {
    return this.#invalidations.run(patterns, written);
  }

  /** Runs a script of the application's over keys of its own: one store call. */
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

  async clear(): Promise<number> {
    const count = await this.#removing(EVERYTHING, () => this.store.removeAll());
    this.#counters.deletes += count;
    logClear(this.#log, count);
    return count;
  }

  #removing(removed: Removed, remove: () => Promise<number>): Promise<number> {
    return this.#local.removing(removed, () => this.#writes.behind(remove));
  }

  #spend<T>(call: (withinMs: number) => Promise<T>): Promise<T> {
    return currentBudget(this.#parts).spend(call);
  }

  #excuse(error: unknown): void {
    if (!(error instanceof CacheUnavailableError)) throw error;
    this.#counters.errors++;
  }
}
