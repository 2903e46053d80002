import type { CacheLogger } from '../../cache-log.js';
import { systemClock, type Clock } from '../../clock.js';
import { Episodes } from '../../episodes.js';
import type { CacheStore, KeyContent, StoreStatistics, TimedText } from '../cache-store.js';
import type { KeyBranches } from '../key-branches.js';
import { LeaseWatches } from '../lease-watch.js';
import type { CircuitState } from './connection/circuit-breaker.js';
import { warnOfPolicy } from './eviction-policy.js';
import { IndexSweeper } from './key-index/index-sweeper.js';
import { KeyIndex } from './key-index/key-index.js';
import { KeyLayout } from './key-layout.js';
import { lookAtKey } from './key-look.js';
import { KeyListing, type ListingParts } from './key-index/key-listing.js';
import { KeyTree } from './key-index/key-tree.js';
import { nodeRedisClient } from './connection/node-redis-client.js';
import { enterKeySpace, leaveKeySpace, type KeySpace } from './open-key-spaces.js';
import { RedisBoard } from './redis-board.js';
import { RedisWarming } from './redis-warming.js';
import { RedisRelayStore } from './redis-relay-store.js';
import { RedisConnection } from './connection/redis-connection.js';
import { RedisLeases } from './redis-leases.js';
import type { RedisClientFactory } from './connection/redis-client.js';
import { RedisNearCache, type CoherenceSettings } from './near-cache/redis-near-cache.js';
import { databaseOf, type ServerSettings } from './connection/redis-settings.js';
import { InvalidationAnnouncer } from './near-cache/invalidation-announcer.js';
import { Removal } from './removal.js';
import { ExaminedServer } from './server/examined-server.js';
import { asList, asNumber, valueOf } from './replies.js';
import { READ_WHOLE } from './scripts/compiled-scripts.js';
import type { Script } from './scripts/script.js';
import { readStatistics, type Counting } from './key-index/server-statistics.js';

/** Options of a Redis store. */
export interface RedisStoreOptions {
  readonly settings: ServerSettings;
  readonly prefix: string;
  /** See `CacheModuleOptions.index`. Default `lex`. */
  readonly index?: 'lex' | 'scan';
  /** The prefix of the cache of which this is a part. Default: its own. */
  readonly family?: string | undefined;
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
  readonly board: RedisBoard;
  readonly warming: RedisWarming;
  readonly server: ExaminedServer;
  readonly coherence: RedisNearCache | undefined;
  readonly acquire: CacheStore['acquire'];
  readonly fill: CacheStore['fill'];
  readonly release: CacheStore['release'];
  readonly acquireRefresh: CacheStore['acquireRefresh'];
  readonly refill: CacheStore['refill'];
  readonly releaseRefresh: CacheStore['releaseRefresh'];
  readonly write: CacheStore['write'];
  readonly watch: CacheStore['watch'];
  readonly discard: CacheStore['discard'];
  readonly remove: CacheStore['remove'];
  readonly list: CacheStore['list'];
  readonly describe: CacheStore['describe'];
  readonly describeMany: NonNullable<CacheStore['describeMany']>;
  readonly #connection: RedisConnection;
  readonly #layout: KeyLayout;
  readonly #index: KeyIndex | undefined;
  readonly #sweeper: IndexSweeper | undefined;
  readonly #watches: LeaseWatches;
  readonly #withinMs: number;
  readonly #listed: ListingParts;

  constructor(options: RedisStoreOptions) {
    const { settings, prefix, local } = options;
    const declared = settings.scripts === 'declared';
    const { clock = systemClock, makeClient = nodeRedisClient } = options;
    const withinMs = options.removalTimeoutMs ?? 1_000;
    this.clock = clock;
    this.keySpace = { prefix, database: databaseOf(settings) };
    const layout = new KeyLayout(prefix, this.keySpace.database);
    const { logger, deadlineMs = 50, family = prefix } = options;
    const { channel } = layout;
    const about = { settings, makeClient, clock, logger, deadlineMs, channel };
    const connection = new RedisConnection(about);
    this.#layout = layout;
    this.#connection = connection;
    this.#withinMs = withinMs;
    this.relayStore = new RedisRelayStore(connection, layout, clock);
    this.board = new RedisBoard(connection, layout);
    this.warming = new RedisWarming(connection, layout);
    this.server = new ExaminedServer(settings, connection, layout, clock, withinMs, family);
    if (options.index !== 'scan') {
      this.#index = new KeyIndex(connection, layout, withinMs);
      this.#sweeper = new IndexSweeper({ connection, layout, clock, withinMs, declared });
    }
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
    const leases = new RedisLeases(connection, layout, this.#sweeper, announcer);
    this.acquire = leases.acquire.bind(leases);
    this.fill = leases.fill.bind(leases);
    this.release = leases.release.bind(leases);
    this.acquireRefresh = leases.acquireRefresh.bind(leases);
    this.refill = leases.refill.bind(leases);
    this.releaseRefresh = leases.releaseRefresh.bind(leases);
    this.write = leases.write.bind(leases);
    const index = this.#index;
    const removal = new Removal({ connection, layout, index, declared, announcer, withinMs });
    this.discard = removal.unreadable.bind(removal);
    this.remove = removal.remove.bind(removal);
    this.#listed = { connection, layout, index, withinMs };
    const listing = new KeyListing(this.#listed);
    this.list = listing.page.bind(listing);
    this.describe = listing.one.bind(listing);
    this.describeMany = listing.several.bind(listing);
    this.#watches = new LeaseWatches(clock, () =>
      connection.listening ? Infinity : LOOK_WITHOUT_MESSAGES_MS,
    );
    this.watch = this.#watches.open.bind(this.#watches);
    this.#followConnection(logger);
  }

  #followConnection(logger: CacheLogger): void {
    const policy = new Episodes();
    this.#connection.onMessage((key) => this.#watches.wake(key));
    this.#connection.onReady(() => {
      if (policy.begin()) void warnOfPolicy(this.#connection, logger, this.#withinMs);
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

  get timesOpened(): number {
    return this.#connection.timesOpened;
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
    const reply = await this.#connection.send(['MGET', ...names], withinMs);
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
        ? asList(await this.#connection.run(READ_WHOLE, [name], [], withinMs))
        : await Promise.all([
            this.#connection.send(['PTTL', name], withinMs),
            this.#connection.send(['GET', name], withinMs),
          ]);
    const text = valueOf(found);
    if (text === undefined) return undefined;
    const ttlMs = asNumber(ttl);
    // -2: the value was written between the two commands; read its life again.
    if (ttlMs === -2) return this.readWithLife(key, life, withinMs);
    return { text, ttlMs: ttlMs < 0 ? null : ttlMs };
  }

  branches(prefix: string, from: Buffer | undefined, limit: number): Promise<KeyBranches> {
    return new KeyTree(this.#listed).branches(prefix, from, limit);
  }

  look(key: string): Promise<KeyContent> {
    return lookAtKey(this.#listed, key);
  }

  statistics(counting: Counting = 'exactly'): Promise<StoreStatistics> {
    return readStatistics(this.#connection, this.#layout, this.#withinMs, counting);
  }

  evaluate(
    script: Script,
    names: readonly string[],
    args: readonly string[],
    withinMs: number,
  ): Promise<unknown> {
    const keys = names.map((name) => this.#layout.own(name));
    return this.#connection.run(script, keys, args, withinMs);
  }
}
