import type { CacheLogger } from '../../cache-log.js';
import { systemClock, type Clock } from '../../clock.js';
import { Episodes } from '../../episodes.js';
import type { Glob } from '../../keys/glob.js';
import type { KeySelection } from '../../keys/key-selection.js';
import type {
  Acquisition,
  CacheStore,
  KeyPage,
  Lease,
  LeaseTerms,
  RefreshLease,
  RefreshTerms,
  RefreshAcquisition,
  RemovalOptions,
  StoreStatistics,
  TimedText,
} from '../cache-store.js';
import { LeaseWatches, type LeaseWatch } from '../lease-watch.js';
import type { CircuitState } from './connection/circuit-breaker.js';
import { warnOfPolicy } from './eviction-policy.js';
import { IndexSweeper } from './key-index/index-sweeper.js';
import { KeyIndex } from './key-index/key-index.js';
import { KeyLayout } from './key-layout.js';
import { KeyListing } from './key-index/key-listing.js';
import { nodeRedisClient } from './connection/node-redis-client.js';
import { enterKeySpace, leaveKeySpace, type KeySpace } from './open-key-spaces.js';
import { RedisRelayStore } from './redis-relay-store.js';
import { RedisConnection } from './connection/redis-connection.js';
import { RedisLeases } from './redis-leases.js';
import { RedisRefreshes } from './redis-refreshes.js';
import type { RedisClientFactory } from './connection/redis-client.js';
import { RedisNearCache, type CoherenceSettings } from './near-cache/redis-near-cache.js';
import { databaseOf, type RedisSettings } from './connection/redis-settings.js';
import { InvalidationAnnouncer } from './near-cache/invalidation-announcer.js';
import { Removal } from './removal.js';
import { asList, asNumber, valueOf } from './replies.js';
import { READ_WHOLE } from './scripts/compiled-scripts.js';
import type { Script } from './scripts/script.js';
import { readStatistics } from './key-index/server-statistics.js';
import { Staging } from './staging.js';
import { UniqueIds } from './unique-ids.js';

/** Options of a Redis store. */
export interface RedisStoreOptions {
  readonly settings: RedisSettings;
  readonly prefix: string;
  /** See `CacheModuleOptions.index`. Default `lex`. */
  readonly index?: 'lex' | 'scan';
  /** Milliseconds without an answer after which a removal has failed. Default 1,000. */
  readonly removalTimeoutMs?: number;
  /** Milliseconds within which the store must answer a probe to be used again. Default 50. */
  readonly deadlineMs?: number;
  /** Settings of the near cache. Default: no near cache. */
  readonly local?: CoherenceSettings | undefined;
  readonly logger: CacheLogger;
  readonly clock?: Clock;
  readonly makeClient?: RedisClientFactory;
}

/** How often waiters poll while messages do not arrive, in milliseconds. */
const LOOK_WITHOUT_MESSAGES_MS = 25;

/** The shared store: values, leases, index and messages in one Redis database. */
export class RedisStore implements CacheStore {
  readonly kind = 'redis';
  readonly keySpace: KeySpace;
  readonly clock: Clock;
  readonly relayStore: RedisRelayStore;
  readonly coherence: RedisNearCache | undefined;
  readonly #connection: RedisConnection;
  readonly #layout: KeyLayout;
  readonly #index: KeyIndex | undefined;
  readonly #sweeper: IndexSweeper | undefined;
  readonly #leases: RedisLeases;
  readonly #refreshes: RedisRefreshes;
  readonly #removal: Removal;
  readonly #listing: KeyListing;
  readonly #watches: LeaseWatches;
  readonly #withinMs: number;

  constructor(options: RedisStoreOptions) {
    const clock = options.clock ?? systemClock;
    this.clock = clock;
    const { settings, prefix } = options;
    this.keySpace = { prefix, database: databaseOf(settings) };
    const layout = new KeyLayout(prefix, this.keySpace.database);
    const withinMs = options.removalTimeoutMs ?? 1_000;
    const makeClient = options.makeClient ?? nodeRedisClient;
    const connection = new RedisConnection({
      settings,
      makeClient,
      clock,
      logger: options.logger,
      deadlineMs: options.deadlineMs ?? 50,
      channel: layout.channel,
    });
    this.#layout = layout;
    this.#connection = connection;
    this.#withinMs = withinMs;
    this.relayStore = new RedisRelayStore(connection, layout);
    if (options.index !== 'scan') {
      this.#index = new KeyIndex(connection, layout, withinMs);
      this.#sweeper = new IndexSweeper(connection, layout, clock, withinMs);
    }
    const { local } = options;
    this.coherence =
      local && new RedisNearCache({ ...local, settings, makeClient, connection, layout, clock });
    const announcer = new InvalidationAnnouncer({
      connection,
      layout,
      clock,
      withinMs,
      boundMs: local?.staleBoundMs ?? 0,
      keepsCopies: local !== undefined,
      barrier: this.coherence?.barrier,
    });
    const ids = new UniqueIds();
    const staging = new Staging(connection, layout, ids);
    const sweeper = this.#sweeper;
    this.#leases = new RedisLeases(connection, layout, staging, ids, sweeper, announcer);
    this.#refreshes = new RedisRefreshes({ connection, layout, staging, ids, sweeper, announcer });
    this.#removal = new Removal({ connection, layout, index: this.#index, announcer, withinMs });
    this.#listing = new KeyListing({ connection, layout, index: this.#index, withinMs });
    this.#watches = new LeaseWatches(clock);
    connection.onMessage((key) => this.#watches.wake(key));
    const policy = new Episodes();
    connection.onReady(() => {
      if (policy.begin()) void warnOfPolicy(connection, options.logger, withinMs);
      this.#watches.wakeAll();
      this.#index?.rebuildInBackground();
    });
  }

  get connected(): boolean {
    return this.#connection.connected;
  }

  get waitClock(): Pick<Clock, 'now'> {
    return this.#connection.waitClock;
  }

  get circuit(): CircuitState {
    return this.#connection.circuit;
  }

  async open(): Promise<void> {
    enterKeySpace(this.keySpace);
    await this.#connection.open();
    this.#sweeper?.start();
    this.coherence?.open();
  }

  async close(): Promise<void> {
    leaveKeySpace(this.keySpace);
    this.#sweeper?.stop();
    await this.coherence?.close();
    await this.#connection.close();
    this.#watches.wakeAll();
  }

  read(key: string, withinMs: number): Promise<string | undefined> {
    const command = ['GET', this.#layout.data(key)];
    return this.#connection.sendAndRead(command, withinMs, 'guarded', valueOf);
  }

  async readMany(keys: readonly string[], withinMs: number): Promise<(string | undefined)[]> {
    const names = keys.map((key) => this.#layout.data(key));
    const reply = await this.#connection.send(['MGET', ...names], withinMs, 'guarded');
    return asList(reply).map(valueOf);
  }

  /**
   * `exact` is a script; `approximate` is `PTTL` before `GET`: in the other order an older value
   * could get the life of a newer entry and be served past its end.
   */
  async readWithLife(
    key: string,
    life: 'approximate' | 'exact',
    withinMs: number,
  ): Promise<TimedText | undefined> {
    const name = this.#layout.data(key);
    const [ttl, found] =
      life === 'exact'
        ? asList(await this.#connection.run(READ_WHOLE, [name], [], withinMs, 'guarded'))
        : await Promise.all([
            this.#connection.send(['PTTL', name], withinMs, 'guarded'),
            this.#connection.send(['GET', name], withinMs, 'guarded'),
          ]);
    const text = valueOf(found);
    if (text === undefined) return undefined;
    const ttlMs = asNumber(ttl);
    // -2: the value was written between the two commands; read its life again.
    if (ttlMs === -2) return this.readWithLife(key, life, withinMs);
    return { text, ttlMs: ttlMs < 0 ? null : ttlMs };
  }

  acquire(key: string, terms: LeaseTerms, withinMs: number): Promise<Acquisition> {
    return this.#leases.acquire(key, terms, withinMs);
  }

  fill(lease: Lease, text: string, ttlMs: number | undefined, withinMs: number): Promise<boolean> {
    return this.#leases.fill(lease, text, ttlMs, withinMs);
  }

  release(lease: Lease, withinMs: number, hitForMissMs?: number): Promise<boolean> {
    return this.#leases.release(lease, withinMs, hitForMissMs);
  }

  acquireRefresh(
    key: string,
    head: string,
    terms: RefreshTerms,
    withinMs: number,
  ): Promise<RefreshAcquisition> {
    return this.#refreshes.begin(key, head, terms, withinMs);
  }

  refill(
    refresh: RefreshLease,
    text: string,
    ttlMs: number | undefined,
    withinMs: number,
  ): Promise<boolean> {
    return this.#refreshes.refill(refresh, text, ttlMs, withinMs);
  }

  releaseRefresh(...end: Parameters<CacheStore['releaseRefresh']>): Promise<boolean> {
    return this.#refreshes.end(...end);
  }

  write(key: string, text: string, ttlMs: number | undefined, withinMs: number): Promise<void> {
    return this.#leases.write(key, text, ttlMs, withinMs);
  }

  watch(key: string): LeaseWatch {
    const watch = this.#watches.open(key);
    return {
      changed: (maxMs) =>
        watch.changed(
          this.#connection.listening ? maxMs : Math.min(maxMs, LOOK_WITHOUT_MESSAGES_MS),
        ),
      close: () => watch.close(),
    };
  }

  discard(key: string, text: string, withinMs: number): Promise<boolean> {
    return this.#removal.unreadable(key, text, withinMs);
  }

  remove(selection: KeySelection, options?: RemovalOptions): Promise<number> {
    return this.#removal.remove(selection, options);
  }

  list(glob: Glob | undefined, after: string | undefined, limit: number): Promise<KeyPage> {
    return this.#listing.page(glob, after, limit);
  }

  describe(key: string): Promise<(TimedText & { readonly bytes: number }) | undefined> {
    return this.#listing.one(key);
  }

  statistics(): Promise<StoreStatistics> {
    return readStatistics(this.#connection, this.#layout, this.#withinMs);
  }

  evaluate(
    script: Script,
    names: readonly string[],
    args: readonly string[],
    withinMs: number,
  ): Promise<unknown> {
    const keys = names.map((name) => this.#layout.own(name));
    return this.#connection.run(script, keys, args, withinMs, 'guarded');
  }
}
