import { CacheOptionsError } from './cache-errors.js';
import { MAX_TIMER_MS } from './clock.js';
import type { LocalOptions, ResolvedLocalOptions } from './near-cache/near-cache-options.js';
import { resolveLocalOptions } from './near-cache/near-cache-options.js';
import type { Compression, CompressionCodec } from './values/compression.js';
import { COMPRESSION_CODECS, isKnownCodec } from './values/compression.js';
import type { Consistency } from './outbox/freshness-guard.js';
import type { InvalidationLog } from './outbox/invalidation-log.js';
import { hasLoneSurrogate } from './keys/key-validation.js';
import type { ValueSerializer } from './values/value-serializer.js';
import type { OptionNames } from './option-checks.js';
import { assertKnown, MAX_ENTRIES, shown, whole } from './option-checks.js';
import { READ_OPTIONS } from './values/get-or-set-options.js';
import type { CacheStore } from './store/cache-store.js';
import { checkedRedisSettings } from './store/redis/connection/check-redis-settings.js';
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
   * A store of your own instead (tests, another engine), or `'memory'`, the in-process store on
   * purpose, of which the start does not warn in production; `redis` is then ignored. Default: none.
   */
  readonly store?: CacheStore | 'memory' | undefined;
  /**
   * Prefix of every key in the store: any characters, at most 128 bytes, and not the beginning of
   * another cache's prefix. Default `gad:`.
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
  /** Converts values to bytes instead of JSON; see {@link ValueSerializer}. Default: JSON text. */
  readonly serializer?: ValueSerializer | undefined;
  /**
   * How patterns find their keys in Redis: `lex` keeps a sorted index (≈ 130 bytes per key; a
   * removal costs in proportion to what it removes); `scan` keeps no index and scans the database,
   * so it also finds keys that other programs write under the prefix. Default `lex`.
   */
  readonly index?: 'lex' | 'scan' | undefined;
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
   * caught up. Default `strict`.
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
   * keys are kept, values never. Without them only sums are counted. Default `true`.
   */
  readonly analytics?: boolean | undefined;
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

/** All options of a cache. */
export const CACHE_OPTIONS: OptionNames<CacheModuleOptions> = {
  redis: true,
  store: true,
  prefix: true,
  deadlineMs: true,
  leaseMs: true,
  leaseWaitMs: true,
  removalTimeoutMs: true,
  maxEntries: true,
  maxBytes: true,
  maxValueBytes: true,
  compression: true,
  serializer: true,
  index: true,
  invalidationLog: true,
  consistency: true,
  local: true,
  lintKeys: true,
  analytics: true,
  logLevel: true,
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
  readonly index: 'lex' | 'scan';
  readonly invalidationLog: InvalidationLog | undefined;
  readonly consistency: Consistency;
  readonly local: ResolvedLocalOptions | undefined;
  readonly lintKeys: boolean;
  readonly analytics: boolean;
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
  names: Readonly<Record<string, true>> = CACHE_OPTIONS,
): ResolvedCacheOptions {
  assertKnown(options, names, 'the cache', (name) =>
    name in READ_OPTIONS ? ': give it to each call, or to @CacheAside.' : undefined,
  );
  const store = options.store === 'memory' ? undefined : options.store;
  return {
    redis: options.store === 'memory' ? undefined : redisOf(options.redis),
    store,
    prefix: checkedPrefix(options.prefix ?? 'gad:'),
    deadlineMs: positive('deadlineMs', options.deadlineMs ?? 50, MAX_MS),
    leaseMs: positive('leaseMs', options.leaseMs ?? 2_000, MAX_MS),
    leaseWaitMs: positive('leaseWaitMs', options.leaseWaitMs ?? 5_000, MAX_MS),
    removalTimeoutMs: positive('removalTimeoutMs', options.removalTimeoutMs ?? 1_000, MAX_MS),
    maxEntries: whole('maxEntries', options.maxEntries ?? 10_000, MAX_ENTRIES),
    maxBytes: whole('maxBytes', options.maxBytes ?? 64 * 1024 * 1024),
    maxValueBytes: whole('maxValueBytes', options.maxValueBytes ?? 8 * 1024 * 1024),
    compression: checkedCompression(options.compression),
    serializer: checkedSerializer(options.serializer),
    index: oneOf('index', options.index ?? 'lex', ['lex', 'scan']),
    invalidationLog: checkedLog(options.invalidationLog, store),
    consistency: oneOf('consistency', options.consistency ?? 'strict', ['strict', 'bounded']),
    local: resolveLocalOptions(options.local),
    lintKeys: options.lintKeys === true,
    analytics: options.analytics !== false,
    logLevel: oneOf('logLevel', options.logLevel ?? 'log', ['debug', 'log', 'off']),
  };
}

/** Without an address, as in `{ url: process.env.REDIS_URL }`, there is no Redis. */
function redisOf(given: CacheModuleOptions['redis']): RedisSettings | undefined {
  if (given === undefined) return undefined;
  if (typeof given === 'string') return checkedRedisSettings({ url: given });
  return isUnset(given) ? undefined : checkedRedisSettings(given);
}

function isUnset(settings: RedisSettings | UnsetRedis): settings is UnsetRedis {
  // Untyped callers may pass null.
  const given = Object(settings) as object;
  if (!Object.hasOwn(given, 'url') || Object.hasOwn(given, 'sentinels')) return false;
  return Reflect.get(given, 'url') === undefined;
}

function checkedLog(
  log: InvalidationLog | undefined,
  store: CacheStore | undefined,
): InvalidationLog | undefined {
  if (log === undefined || store === undefined || store.relayStore !== undefined) return log;
  throw new CacheOptionsError(
    'invalidationLog',
    'invalidationLog must be left out with a store that has no relayStore, because such a store cannot keep a cursor.',
  );
}

function checkedPrefix(prefix: string): string {
  if (prefix.length === 0) {
    throw new CacheOptionsError(
      'prefix',
      'prefix must not be empty, because clear() removes every key that begins with it; use one such as gad:.',
    );
  }
  if (Buffer.byteLength(prefix) > MAX_PREFIX_BYTES || hasLoneSurrogate(prefix)) {
    throw new CacheOptionsError(
      'prefix',
      `prefix must be at most ${MAX_PREFIX_BYTES} bytes of valid text.`,
    );
  }
  return prefix;
}

function checkedCompression(wanted: CompressionOptions | 'off' = {}): Compression | undefined {
  if (wanted === 'off') return undefined;
  assertKnown(wanted, { threshold: true, codec: true }, 'compression');
  const codec = wanted.codec ?? 'deflate';
  const option = 'compression.codec';
  if (!isKnownCodec(oneOf(option, codec, COMPRESSION_CODECS))) {
    throw new CacheOptionsError(
      option,
      `${option} must be deflate or br on this version of Node, which has no ${codec}.`,
    );
  }
  return { threshold: whole('compression.threshold', wanted.threshold ?? 16 * 1024), codec };
}

function checkedSerializer(serializer: ValueSerializer | undefined): ValueSerializer | undefined {
  if (serializer === undefined) return undefined;
  // Untyped callers may leave anything out.
  const { name, serialize, deserialize } = serializer as Partial<ValueSerializer>;
  if (!/^[a-z0-9][a-z0-9.-]{0,14}$/.test(name ?? '') || name === 'json') {
    throw new CacheOptionsError(
      'serializer',
      'serializer.name must be 1 to 15 lower-case letters, digits, dots or hyphens, and not json, which is built in.',
    );
  }
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

function oneOf<T extends string>(option: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value;
  throw new CacheOptionsError(option, `${option} must be one of ${allowed.join(', ')}.`);
}
