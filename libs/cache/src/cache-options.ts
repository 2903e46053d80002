import { CacheOptionsError } from './cache-errors.js';
import { MAX_TIMER_MS } from './clock.js';
import type { LocalOptions, ResolvedLocalOptions } from './near-cache/near-cache-options.js';
import { resolveLocalOptions } from './near-cache/near-cache-options.js';
import type { Compression, CompressionCodec } from './values/compression.js';
import { COMPRESSION_CODECS, isKnownCodec } from './values/compression.js';
import type { Consistency } from './outbox/freshness.js';
import type { InvalidationLog } from './outbox/invalidation-log.js';
import { hasLoneSurrogate } from './keys/key-validation.js';
import { richJson } from './values/rich-json.js';
import type { ValueSerializer } from './values/value-serializer.js';
import type { Kind, OptionKinds } from './option-checks.js';
import {
  assertKinds,
  assertKnown,
  CHECKED,
  FLAG,
  having,
  MAX_ENTRIES,
  oneOf,
  shown,
  TEXT,
  whole,
} from './option-checks.js';
import { READ_OPTIONS } from './values/get-or-set-options.js';
import type { CacheStore } from './store/cache-store.js';
import { checkedPlaces, clusterFaults } from './store/redis/cluster/check-cluster-options.js';
import { redisOf } from './store/redis/connection/given-redis.js';
import type { RedisSettings, UnsetRedis } from './store/redis/connection/redis-settings.js';

/** Options of {@link CacheModule}; all have defaults. */
export interface CacheModuleOptions {
  /**
   * The shared store: one Redis, as its URL or with further settings, or a master behind Sentinel;
   * with a URL that is `undefined` there is none. Default: an in-process store, which suits a single
   * process and ends with it.
   */
  readonly redis?: RedisSettings | UnsetRedis | string | undefined;
  /**
   * A store of your own instead of `redis` (tests, another engine), or `'memory'`, the in-process
   * store on purpose, of which the start does not warn in production. Default: none.
   */
  readonly store?: CacheStore | 'memory' | undefined;
  /**
   * Prefix of every key in the store, required with `redis`: any characters, at most 128 bytes, and
   * not the beginning of another cache's prefix. Other programs may use the same database, so choose
   * one of your own, such as `shop:`. A `store` of your own brings its prefix along. Default `gad:`.
   */
  readonly prefix?: string | undefined;
  /**
   * Milliseconds that all store calls of one operation may take together, or of one request inside
   * `runWithCacheDeadline`. Default 50.
   */
  readonly deadlineMs?: number | undefined;
  /** Milliseconds after which another process may take over a load. Default 2,000. */
  readonly leaseMs?: number | undefined;
  /** Milliseconds to wait for another process's load before loading too. Default 5,000. */
  readonly leaseWaitMs?: number | undefined;
  /** Milliseconds without an answer after which a removal is reported as failed. Default 1,000. */
  readonly removalTimeoutMs?: number | undefined;
  /** Entries of the in-process store. Default 10,000; at most 10,000,000. */
  readonly maxEntries?: number | undefined;
  /** Bytes of the in-process store. Default 64 MiB. */
  readonly maxBytes?: number | undefined;
  /**
   * Bytes of the serialised value, before compression: larger values are returned but not stored,
   * and a stored value that decompresses to more is a miss. Default 8 MiB.
   */
  readonly maxValueBytes?: number | undefined;
  /**
   * Compresses serialised values of at least `threshold` bytes, if that saves a tenth. A compressed
   * value is not readable in `redis-cli`, and a hit decompresses it: with the default, 38 µs for 16
   * kB, about as long as `JSON.parse` takes for it. All codecs of this Node version can be read,
   * whichever is chosen here. Choose `zstd` only if every process that shares the store runs Node ≥
   * 22.15; for other processes such values are misses. Default
   * `{ threshold: 16384, codec: 'deflate' }`.
   */
  readonly compression?: CompressionOptions | 'off' | undefined;
  /**
   * Converts values instead of JSON: `richJson`, which keeps `Date`, `Map`, `Set`, `bigint` and others
   * as readable text, or one of your own; see {@link ValueSerializer}. Values that are stored as JSON
   * stay readable. Default: JSON text.
   */
  readonly serializer?: ValueSerializer | undefined;
  /**
   * Whether a loader or `set` fails whose value loses its class, a date or a function where it is
   * stored (`as` makes it again, `richJson` keeps dates, maps and sets). Costs a walk over the first
   * 500 parts of each value that is stored. Without it the first such value of each shape of key is
   * warned of, outside of production and tests. Default `false`.
   */
  readonly strictValues?: boolean | undefined;
  /**
   * How patterns find their keys in Redis: `lex` keeps a sorted index (≈ 130 bytes per key; a
   * removal costs in proportion to what it removes); `scan` keeps no index and scans the database,
   * so it also finds keys that other programs write under the prefix. Default `lex`.
   */
  readonly index?: 'lex' | 'scan' | undefined;
  /**
   * On a Redis Cluster: which keys live together, as templates of segments between colons, with `*`
   * for any one. With `stats:user:*` all keys of `stats:user:2` are in one shard, and a pattern such as
   * `stats:user:2:*` costs one script there; a pattern that no place covers runs in every shard. The
   * longest template that fits a key counts. For the life of a prefix: other places leave the old values
   * where no removal looks for them, until their ttl ends. Default: each key is a place of its own.
   */
  readonly places?: readonly string[] | undefined;
  /**
   * A durable log of what makes cached values stale, written in the same transactions as the data
   * (an outbox). With it no committed write is missed: not after a crash before the removal, not
   * after an outage of the store or its restart from a snapshot. Default: none. Removals and lease
   * tokens then work as usual, but a removal that is lost in a crash is not repeated.
   *
   * Cost: one relay for all processes together (≈ 20 store calls and 10 reads of the log per
   * second), 10 store calls per second in each process, and one more clock reading per hit.
   */
  readonly invalidationLog?: InvalidationLog | undefined;
  /**
   * With an invalidation log: what is served without proof of freshness, nothing (`strict`) or what
   * the store answers (`bounded`). `strict`: only values that are proved fresh are served, and
   * a write whose removal is not confirmed is acknowledged only when no reader can be served the
   * old value (at most 1.5 s later). `bounded`: the store is trusted while it answers, and such a
   * write is acknowledged at once; after an outage stale values may be served until the relay has
   * caught up. Needs `invalidationLog`. Default `strict`.
   */
  readonly consistency?: Consistency | undefined;
  /**
   * Near cache: reads with the option `local` may be answered from copies in the memory of the
   * process. Use the same value in every process that shares the store. Only for the shared store:
   * the in-process store is local anyway. Default: no copies are kept.
   */
  readonly local?: LocalOptions | undefined;
  /**
   * Warns, once for each shape of key, about flat or ambiguous keys (`user123stats`, `config`,
   * `token`). Meant for development; costs a scan of each key. Default `false`.
   */
  readonly lintKeys?: boolean | undefined;
  /**
   * Whether the cache keeps figures that explain it: reads, loads and removals by namespace, why
   * reads miss, the most read, largest and dearest keys, a journal of removals. All of it is bounded;
   * keys are kept, values never. They cost a hit and a miss some time (decision 22), and each process
   * one report to the store a second. Without them only sums are counted. Default `false`.
   */
  readonly analytics?: boolean | undefined;
  /**
   * Whether warmers (`CacheWarmer`) run by themselves: when the cache has no mark of having been
   * warmed, after `clear`, and after a relay's clear. Otherwise only on demand. Default true.
   */
  readonly warming?: boolean | undefined;
  /** Level of the operation lines (`Cache HIT: …`). Default `log`. */
  readonly logLevel?: 'debug' | 'log' | 'off' | undefined;
}

/** Which values are compressed, and how. */
export interface CompressionOptions {
  /** Bytes of the serialised value at which compression starts. Default 16,384. */
  readonly threshold?: number | undefined;
  /**
   * Algorithm of the compression. Default `deflate`. It is smaller or faster than the others at most
   * sizes, and readable by every Node version.
   */
  readonly codec?: CompressionCodec | undefined;
}

const isStore = (given: unknown): boolean =>
  given === 'memory' || having('open', 'read', 'acquire', 'fill')[1](given);
const STORE: Kind = ["'memory' or an object with the functions of a CacheStore", isStore];

/** All options of a cache. */
export const CACHE_OPTIONS: OptionKinds<CacheModuleOptions> = {
  redis: CHECKED,
  store: STORE,
  prefix: TEXT,
  deadlineMs: CHECKED,
  leaseMs: CHECKED,
  leaseWaitMs: CHECKED,
  removalTimeoutMs: CHECKED,
  maxEntries: CHECKED,
  maxBytes: CHECKED,
  maxValueBytes: CHECKED,
  compression: CHECKED,
  serializer: CHECKED,
  strictValues: FLAG,
  index: oneOf('lex', 'scan'),
  places: CHECKED,
  invalidationLog: having('open', 'close', 'read', 'now', 'includes', 'isSoleInstance', 'onAppend'),
  consistency: oneOf('strict', 'bounded'),
  local: CHECKED,
  lintKeys: FLAG,
  analytics: FLAG,
  warming: FLAG,
  logLevel: oneOf('debug', 'log', 'off'),
};

/** The options with all defaults applied. */
export interface ResolvedCacheOptions {
  readonly redis: RedisSettings | undefined;
  readonly store: CacheStore | undefined;
  readonly prefix: string;
  readonly deadlineMs: number;
  readonly leaseMs: number;
  readonly leaseWaitMs: number;
  readonly removalTimeoutMs: number;
  readonly maxEntries: number;
  readonly maxBytes: number;
  readonly maxValueBytes: number;
  readonly compression: Compression | undefined;
  readonly serializer: ValueSerializer | undefined;
  readonly strictValues: boolean;
  readonly index: 'lex' | 'scan';
  readonly places: readonly string[];
  readonly invalidationLog: InvalidationLog | undefined;
  readonly consistency: Consistency;
  readonly local: ResolvedLocalOptions | undefined;
  readonly lintKeys: boolean;
  readonly analytics: boolean;
  readonly warming: boolean;
  readonly logLevel: 'debug' | 'log' | 'off';
}

const MAX_PREFIX_BYTES = 128;
/** 24.8 days: a longer wait is taken for a mistake. */
const MAX_MS = MAX_TIMER_MS;

/**
 * Validates the options and applies the defaults.
 *
 * @throws CacheOptionsError the message names the option and the fix
 */
export function resolveOptions(
  options: CacheModuleOptions,
  kinds: Readonly<Record<string, Kind>> = CACHE_OPTIONS,
): ResolvedCacheOptions {
  assertKnown(options, kinds, 'the cache', optionOfReads);
  assertKinds(options, kinds);
  const store = options.store === 'memory' ? undefined : options.store;
  const redis = redisOf(options.redis);
  assertTogether(options, redis);
  const { deadlineMs = 50, leaseMs = 2_000, leaseWaitMs = 5_000 } = options;
  const { removalTimeoutMs = 1_000, maxEntries = 10_000 } = options;
  const { maxBytes = 64 * 1024 * 1024, maxValueBytes = 8 * 1024 * 1024 } = options;
  const { index = 'lex', consistency = 'strict', logLevel = 'log', strictValues = false } = options;
  return {
    redis,
    store,
    prefix: checkedPrefix(options.prefix ?? store?.keySpace?.prefix ?? 'gad:'),
    deadlineMs: positive('deadlineMs', deadlineMs, MAX_MS),
    leaseMs: positive('leaseMs', leaseMs, MAX_MS),
    leaseWaitMs: positive('leaseWaitMs', leaseWaitMs, MAX_MS),
    removalTimeoutMs: positive('removalTimeoutMs', removalTimeoutMs, MAX_MS),
    maxEntries: whole('maxEntries', maxEntries, MAX_ENTRIES),
    maxBytes: whole('maxBytes', maxBytes),
    maxValueBytes: whole('maxValueBytes', maxValueBytes),
    compression: checkedCompression(options.compression),
    serializer: checkedSerializer(options.serializer),
    strictValues,
    index,
    places: checkedPlaces(options.places),
    invalidationLog: options.invalidationLog,
    consistency,
    local: resolveLocalOptions(options.local),
    lintKeys: options.lintKeys ?? false,
    analytics: options.analytics ?? false,
    warming: options.warming ?? true,
    logLevel,
  };
}

/** Where an option belongs that is none of the cache. */
export function optionOfReads(name: string): string | undefined {
  return name in READ_OPTIONS ? ': give it to each call, or to @CacheAside.' : undefined;
}

/** Rejects options of which one makes the other meaningless, or that lack another. */
function assertTogether(options: CacheModuleOptions, redis: RedisSettings | undefined): void {
  const { store, prefix, invalidationLog, consistency, serializer, strictValues } = options;
  const own = store === 'memory' ? undefined : store;
  const space = own?.keySpace;
  const faults: readonly (readonly [found: boolean, option: string, sentence: string])[] = [
    [
      redis !== undefined && store !== undefined,
      'store',
      'store and redis are both set: keep one of them.',
    ],
    [
      redis !== undefined && prefix === undefined,
      'prefix',
      "prefix must be given with redis, because other programs may use the same database: choose one of your own, such as prefix: 'shop:'.",
    ],
    [
      prefix !== undefined && space !== undefined && prefix !== space.prefix,
      'prefix',
      `prefix must be that of the store, ${shown(space?.prefix)}, or be left out.`,
    ],
    [
      strictValues === true && serializer !== undefined && serializer !== richJson,
      'strictValues',
      'strictValues is about JSON and richJson: with another serializer leave it out.',
    ],
    [
      consistency !== undefined && invalidationLog === undefined,
      'consistency',
      'consistency needs invalidationLog, whose proof of freshness it is about: leave it out.',
    ],
    [
      invalidationLog !== undefined && own !== undefined && own.relayStore === undefined,
      'invalidationLog',
      'invalidationLog must be left out with a store that has no relayStore, because such a store cannot keep a cursor.',
    ],
  ];
  for (const [found, option, sentence] of [...faults, ...clusterFaults(options, redis)]) {
    if (found) throw new CacheOptionsError(option, sentence);
  }
}

function checkedPrefix(prefix: string): string {
  if (Buffer.byteLength(prefix) > MAX_PREFIX_BYTES || hasLoneSurrogate(prefix)) {
    throw new CacheOptionsError(
      'prefix',
      `prefix must be at most ${MAX_PREFIX_BYTES} bytes of valid text.`,
    );
  }
  return prefix;
}

const COMPRESSION_OPTIONS: OptionKinds<CompressionOptions> = {
  threshold: CHECKED,
  codec: oneOf(...COMPRESSION_CODECS),
};

function checkedCompression(wanted: CompressionOptions | 'off' = {}): Compression | undefined {
  if (wanted === 'off') return undefined;
  assertKnown(wanted, COMPRESSION_OPTIONS, 'compression');
  assertKinds(wanted, COMPRESSION_OPTIONS, 'compression.');
  const { threshold = 16 * 1024, codec = 'deflate' } = wanted;
  if (!isKnownCodec(codec)) {
    throw new CacheOptionsError(
      'codec',
      `compression.codec must be deflate or br on this version of Node, which has no ${String(codec)}.`,
    );
  }
  return { threshold: whole('compression.threshold', threshold), codec };
}

function checkedSerializer(serializer: ValueSerializer | undefined): ValueSerializer | undefined {
  if (serializer === undefined) return undefined;
  // Untyped callers may leave anything out, or hand in null.
  const given = Object(serializer) as Partial<ValueSerializer>;
  const { name, encoding, serialize, deserialize } = given;
  if (!/^[a-z0-9][a-z0-9.-]{0,14}$/.test(name ?? '') || name === 'json') {
    throw new CacheOptionsError(
      'serializer',
      'serializer.name must be 1 to 15 lower-case letters, digits, dots or hyphens, and not json, which is built in.',
    );
  }
  assertKinds({ encoding }, { encoding: oneOf('bytes', 'text') }, 'serializer.');
  if (typeof serialize === 'function' && typeof deserialize === 'function') return serializer;
  throw new CacheOptionsError(
    'serializer',
    'serializer must have the functions serialize and deserialize.',
  );
}

function positive(option: string, value: number, max: number): number {
  if (typeof value === 'number' && value > 0 && value <= max) return value;
  throw new CacheOptionsError(
    option,
    `${option} must be a number above 0 and at most ${max}, not ${shown(value)}.`,
  );
}
