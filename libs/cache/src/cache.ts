import type { CacheStats } from './cache-stats.js';
import { CacheEngine } from './engine/cache-engine.js';
import type {
  CountOptions,
  KeyDetails,
  KeyList,
  KeyQuery,
  KeySummary,
  KeyTreePage,
  KeyTreeQuery,
  MatchCount,
} from './engine/inspection.js';
import { Inspection } from './engine/inspection.js';
import type { KeyLook, NotServed } from './engine/key-look.js';
import { distrustOf, lookAt } from './engine/key-look.js';
import { assertKey } from './keys/key-validation.js';
import { setMany, type KeyValue } from './engine/read/get-or-set-many.js';
import type { EngineParts } from './engine/engine-parts.js';
import type { Because } from './observe/journal.js';
import { Warming } from './warm/warming.js';
import type { FreshnessProbe } from './outbox/freshness.js';
import type { ValueFidelity } from './values/as.js';
import type { Lifetime } from './values/get-or-set-options.js';

/**
 * The cache without a framework: what {@link CacheEngine} does, and what administrators ask.
 * `createCache` makes one.
 *
 * Reads and fills never fail a request: an unavailable, slow or corrupt store is a miss. Removals
 * resolve with what was removed or throw `CacheUnavailableError`. A key is 1 to 512 bytes of clean
 * text; anything else throws `CacheKeyInvalidError` everywhere.
 */
export class Cache<Values extends ValueFidelity = 'json'> extends CacheEngine<Values> {
  /** What fills the cache before it is asked. */
  readonly warming: Warming;
  readonly #inspection = new Inspection(this);

  constructor(parts: EngineParts) {
    super(parts);
    this.warming = new Warming(this, parts.clock, parts.logger, parts.warming ?? true);
  }

  /**
   * As that of the engine, after a run of warming, which another process goes on with.
   *
   * Cost: closes the connections. Never throws because of the store.
   */
  override async close(): Promise<void> {
    await this.warming.stop();
    await super.close();
  }

  /**
   * Removes every key under the prefix, also those that other programs wrote, and nothing else; resolves
   * with how many values were removed. What warmers know is warmed afterwards.
   *
   * Cost: one script for each 200 keys, and a `SCAN` of the database.
   * @param because why, for the journal
   * @throws CacheUnavailableError when the removal is not confirmed
   */
  override async clear(because?: Because): Promise<number> {
    const count = await super.clear(because);
    this.warming.cleared();
    return count;
  }

  /**
   * Whether the store answers at present. Cost: none. Never throws.
   */
  get connected(): boolean {
    return this.store.connected;
  }

  /**
   * Which kind of store serves. Cost: none. Never throws.
   */
  get storeKind(): 'redis' | 'memory' {
    return this.store.kind;
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
   * One level of the tree of keys: what follows a prefix, up to the next colon, with how many keys have
   * it, in byte order.
   *
   * Cost: one call, and one script for each 25 items; with `index: 'scan'` a `SCAN` of the database.
   * @throws CacheKeyInvalidError (the prefix), CacheOptionsError (the limit), CacheUnavailableError
   */
  keyTree(query: KeyTreeQuery = {}): Promise<KeyTreePage> {
    return this.#inspection.tree(query);
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
   * What is at one key: a value and its terms, a lease, or nothing. The value is not shown.
   *
   * Cost: one script.
   * @throws CacheKeyInvalidError, CacheUnavailableError
   */
  async look(key: string): Promise<KeyLook> {
    assertKey(key);
    return lookAt(this, key);
  }

  /**
   * Why this process would not serve values from the store at present; `undefined` if it would. Cost:
   * none. Never throws.
   */
  get distrust(): NotServed | undefined {
    return distrustOf(this);
  }

  /**
   * Whether this process has a copy of the key in its memory. Cost: none.
   * Never throws.
   */
  hasLocalCopy(key: string): boolean {
    return this.wiring.near.holds(key);
  }

  /**
   * Takes the present end of the outbox and waits until the store is proved to have all of it; `null`
   * without an outbox. It appends nothing.
   *
   * Cost: none of the store; one statement of the outbox.
   * @param withinMs how long it waits at most
   * @throws what the outbox throws when it cannot be read
   */
  async probeFreshness(withinMs: number): Promise<FreshnessProbe | null> {
    return (await this.wiring.freshness?.probe(withinMs)) ?? null;
  }

  /**
   * Which of these keys hold a value, with ttl (seconds) and size (bytes), in their order.
   *
   * Cost: one script.
   * @throws CacheKeyInvalidError, CacheUnavailableError
   */
  describeMany(keys: readonly string[]): Promise<(KeySummary | undefined)[]> {
    return this.#inspection.several(keys);
  }

  /**
   * How many keys a pattern matches now, and the first few of them (default 10).
   *
   * Cost: as {@link keys}, to the end or the limit.
   * @throws CachePatternInvalidError, CacheUnavailableError
   */
  countMatching(pattern: string, options: CountOptions = {}): Promise<MatchCount> {
    return this.#inspection.count(pattern, options);
  }
}
