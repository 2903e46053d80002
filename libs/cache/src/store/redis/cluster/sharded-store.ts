import { CacheOptionsError } from '../../../cache-errors.js';
import type { CacheLogger } from '../../../cache-log.js';
import { settleWithin, systemClock, type Clock } from '../../../clock.js';
import { WarnOnce } from '../../../episodes.js';
import type { Glob } from '../../../keys/glob.js';
import type { KeySelection } from '../../../keys/key-selection.js';
import { ALL_KEYS } from '../../../keys/key-selection.js';
import type {
  CacheStore,
  KeyContent,
  KeyPage,
  Lease,
  ListedKey,
  RefreshLease,
  RemovalOptions,
  StoreScript,
  StoreStatistics,
} from '../../cache-store.js';
import { nodeClient } from '../connection/node-redis-client.js';
import type { RedisClient, RedisClientFactory } from '../connection/redis-client.js';
import type { ClusterSettings, RedisNode } from '../connection/redis-settings.js';
import { DEFAULT_SHARDS } from '../connection/redis-settings.js';
import type { Counting } from '../key-index/server-statistics.js';
import { RedisStore, type RedisStoreOptions } from '../redis-store.js';
import type { ClusterNode } from './cluster-map.js';
import { ClusterMap } from './cluster-map.js';
import { ClusterServer } from './cluster-server.js';
import { answered, mergedPage } from './merged-page.js';
import { mergedLog } from '../../merged-log.js';
import { templateFor } from './places.js';
import { ShardClient } from './shard-client.js';
import { ShardMap } from './shard-map.js';
import { shardTags, slotOf } from './shard-tags.js';
import { sumOf } from './summed-statistics.js';
import { warnOfMasters } from './warn-of-masters.js';

/** Options of the store on a Cluster. */
export interface ShardedStoreOptions extends Omit<
  RedisStoreOptions,
  'settings' | 'local' | 'makeClient'
> {
  readonly settings: ClusterSettings;
  /** See `CacheModuleOptions.places`. */
  readonly places?: readonly string[] | undefined;
  /** Makes a client of one node. Default: over node-redis. */
  readonly makeClient?: NodeClientFactory;
}

/** Creates clients of single nodes; injected so that tests can delay, drop and reorder commands. */
export interface NodeClientFactory {
  (settings: ClusterSettings, node: RedisNode): RedisClient;
  load?(): Promise<void>;
}

/** How long the start waits for the first node to answer, in milliseconds. */
const FIRST_ANSWER_MS = 1_000;

/**
 * The shared store on a Redis Cluster: a fixed number of shards, each a whole store with a hash tag of
 * its own, so that in one slot lies all that belongs together: values, leases, index, cursor, beat.
 * Whatever a slot does, fail over, move, be restored, it takes its bookkeeping along. Keys are put into
 * shards by their places. There is no local tier here yet, and no listing by branches.
 */
export class ShardedStore implements CacheStore {
  readonly kind = 'redis';
  readonly keySpace: { readonly prefix: string; readonly database: number };
  readonly clock: Clock;
  readonly shards: ShardMap<RedisStore>;
  readonly board: RedisStore['board'];
  readonly warming: RedisStore['warming'];
  readonly server: ClusterServer;
  readonly #stores: readonly RedisStore[];
  readonly #slots: readonly number[];
  readonly #map: ClusterMap;
  readonly #logger: CacheLogger;
  readonly #load: (() => Promise<void>) | undefined;
  readonly #spanning: WarnOnce;
  #spannings = 0;
  #otherShards: string | undefined;

  constructor(options: ShardedStoreOptions) {
    const { settings, prefix, places = [], logger, clock = systemClock } = options;
    const { makeClient = nodeClient } = options;
    const { nodes, shards: count = DEFAULT_SHARDS, mapAddress = (node) => node } = settings.cluster;
    const tags = shardTags(count);
    const makeNode = (node: RedisNode): RedisClient => makeClient(settings, node);
    this.clock = clock;
    this.#logger = logger;
    this.keySpace = { prefix, database: 0 };
    this.#load = makeClient.load?.bind(makeClient);
    this.#slots = tags.map(slotOf);
    const slots = [...this.#slots].sort((a, b) => a - b);
    const map = new ClusterMap({ seeds: nodes, slots, makeClient: makeNode, mapAddress, clock });
    this.#map = map;
    const onOther = (found: string): void => {
      if (this.#otherShards === undefined) logger.warn(`Cache: ${otherShards(found, count)}`);
      this.#otherShards = found;
    };
    const merged = mergedLog(logger, clock, count);
    // The clients of shards ignore the URL.
    const each = { url: 'redis://cluster', scripts: 'declared' } as const;
    const common = { ...options, settings: each, logger: merged, clock, family: prefix };
    this.#stores = tags.map((tag) => {
      const own = `${prefix}{${tag}}:`;
      const marker = `${own}\0shards`;
      const parts = { map, tag, marker, shards: count, onOther, clock };
      const shardClient: RedisClientFactory = () => new ShardClient(parts);
      return new RedisStore({ ...common, prefix: own, makeClient: shardClient });
    });
    this.shards = new ShardMap(this.#stores, places);
    ({ board: this.board, warming: this.warming } = this.#first);
    const ownerOf = (shard: number): ClusterNode | undefined =>
      map.ownerOf(this.#slots[shard] ?? NaN);
    this.server = new ClusterServer({ settings, shards: this.shards, ownerOf });
    this.#spanning = new WarnOnce((message) => logger.notice(message));
  }

  /** How many shards can be used at present. */
  get shardsConnected(): number {
    return this.#stores.filter((store) => store.connected).length;
  }

  /** How many removals by pattern went to all shards. */
  get spannings(): number {
    return this.#spannings;
  }

  /** Whether any shard is. */
  get connected(): boolean {
    return this.#stores.some((store) => store.connected);
  }

  get circuit(): RedisStore['circuit'] {
    const states = this.#stores.map((store) => store.circuit);
    return states.find((state) => state === 'closed') ?? states[0] ?? 'open';
  }

  get timesOpened(): number {
    return this.#stores.reduce((sum, { timesOpened }) => sum + timesOpened, 0);
  }

  get waitClock(): Pick<Clock, 'now'> {
    return this.#first.waitClock;
  }

  get #first(): RedisStore {
    const [first] = this.#stores;
    if (first === undefined) throw new Error('There is no shard.');
    return first;
  }

  /**
   * @throws CacheOptionsError when a server says that it is no Cluster, or the store was divided into
   * another number of shards
   */
  async open(): Promise<void> {
    await this.#load?.();
    this.#otherShards = undefined;
    await settleWithin(this.clock, this.#map.open(), FIRST_ANSWER_MS, () => undefined);
    try {
      this.#assertCluster();
      await Promise.all(this.#stores.map((store) => store.open()));
      this.#assertCluster();
      warnOfMasters(this.#map.alone, this.server.masters(), this.#logger);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#stores.map((store) => store.close()));
    this.#map.close();
  }

  read(key: string, withinMs: number): Promise<string | undefined> {
    return this.#of(key).read(key, withinMs);
  }

  /** One `MGET` for each shard; those of one master leave in one write. One that does not answer has no values. */
  readMany(keys: readonly string[], withinMs: number): Promise<(string | undefined)[]> {
    return this.shards.ask(keys, (store, own) => store.readMany(own, withinMs), 'any');
  }

  readonly readWithLife: CacheStore['readWithLife'] = (key, life, ms) =>
    this.#of(key).readWithLife(key, life, ms);
  readonly acquire: CacheStore['acquire'] = (key, terms, ms) =>
    this.#of(key).acquire(key, terms, ms);
  readonly fill: CacheStore['fill'] = (lease: Lease, text, ttlMs, ms) =>
    this.#of(lease.key).fill(lease, text, ttlMs, ms);
  readonly release: CacheStore['release'] = (lease: Lease, ms, hitForMissMs) =>
    this.#of(lease.key).release(lease, ms, hitForMissMs);
  readonly acquireRefresh: CacheStore['acquireRefresh'] = (key, head, terms, ms) =>
    this.#of(key).acquireRefresh(key, head, terms, ms);
  readonly refill: CacheStore['refill'] = (refresh: RefreshLease, text, ttlMs, ms) =>
    this.#of(refresh.key).refill(refresh, text, ttlMs, ms);
  readonly releaseRefresh: CacheStore['releaseRefresh'] = (
    refresh: RefreshLease,
    restMs,
    ms,
    hitForMissMs,
  ) => this.#of(refresh.key).releaseRefresh(refresh, restMs, ms, hitForMissMs);
  readonly write: CacheStore['write'] = (key, text, ttlMs, ms) =>
    this.#of(key).write(key, text, ttlMs, ms);
  readonly watch: CacheStore['watch'] = (key) => this.#of(key).watch(key);
  readonly discard: CacheStore['discard'] = (key, text, ms) => this.#of(key).discard(key, text, ms);
  readonly describe: CacheStore['describe'] = (key) => this.#of(key).describe(key);

  readonly look = (key: string): Promise<KeyContent> => this.#of(key).look(key);

  /**
   * In each shard that may have selected keys. When one fails, the others are done nevertheless.
   *
   * @throws CacheUnavailableError when a shard has not confirmed
   */
  async remove(selection: KeySelection, options?: RemovalOptions): Promise<number> {
    const divided = this.shards.divide(selection);
    if (selection.kind === 'pattern' && divided.length > 1) this.#noteSpanning(selection.glob);
    const results = await Promise.allSettled(
      divided.map(([store, own]) => store.remove(own, options)),
    );
    let removed = 0;
    for (const result of results) {
      if (result.status === 'rejected') throw result.reason;
      removed += result.value;
    }
    return removed;
  }

  /**
   * A page that says that it is partial when some of the shards do not answer.
   *
   * @throws CacheUnavailableError when none of them does
   */
  async list(glob: Glob | undefined, after: string | undefined, limit: number): Promise<KeyPage> {
    const touched = this.shards.touchedBy(glob ? { kind: 'pattern', glob } : ALL_KEYS);
    const { answers, partial } = await answered(touched, (shard) =>
      this.shards.store(shard).list(glob, after, limit),
    );
    return { ...mergedPage(answers, limit), partial };
  }

  describeMany(keys: readonly string[]): Promise<(ListedKey | undefined)[]> {
    const ask = (store: RedisStore, own: readonly string[]): Promise<(ListedKey | undefined)[]> =>
      store.describeMany(own);
    return this.shards.ask(keys, ask, 'all');
  }

  /** Sums over shards and their masters; as `list` when some do not answer. */
  async statistics(counting?: Counting): Promise<StoreStatistics> {
    const { answers, partial } = await answered([...this.#stores.entries()], ([shard, store]) => {
      const owner = this.#map.ownerOf(this.#slots[shard] ?? NaN)?.id ?? '';
      return store.statistics(counting).then((each) => [owner, each] as const);
    });
    return { ...sumOf(answers), partial };
  }

  /** By the shard of the first name. */
  evaluate(
    script: StoreScript,
    names: readonly string[],
    args: readonly string[],
    withinMs: number,
  ): Promise<unknown> {
    const store = this.#of(names[0] ?? '');
    return store.evaluate(script, names, args, withinMs);
  }

  #of(key: string): RedisStore {
    return this.#stores[this.shards.of(key)] ?? this.#first;
  }

  #noteSpanning(glob: Glob): void {
    this.#spannings++;
    const template = templateFor(glob.literalPrefix.toString());
    const help = template === undefined ? '' : `: the place ${template} may help`;
    this.#spanning.warn(
      template ?? glob.source,
      `Cache: removals such as ${glob.source} run in all ${this.#stores.length} shards${help}.`,
    );
  }

  #assertCluster(): void {
    const found = this.#otherShards;
    if (found !== undefined) {
      throw new CacheOptionsError('redis.cluster.shards', otherShards(found, this.#stores.length));
    }
    if (this.#map.isNoCluster) {
      throw new CacheOptionsError(
        'redis.cluster',
        'redis.cluster names a server that belongs to no Cluster: set its cluster-enabled yes, or use redis.url.',
      );
    }
  }
}

function otherShards(found: string, count: number): string {
  return `redis.cluster.shards is ${count}, but the store is divided into ${found} shards: set ${found}, or another prefix for a new cache.`;
}
