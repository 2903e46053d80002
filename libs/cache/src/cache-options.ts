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
import { MAX_ENTRIES, whole } from './option-checks.js';
import type { CacheStore } from './store/cache-store.js';
import { checkedRedisSettings } from './store/redis/connection/check-redis-settings.js';
import type { RedisSettings } from './store/redis/connection/redis-settings.js';

/** Options of {@link CacheModule}; every one has a default. */
export interface CacheModuleOptions {
  /** The shared store: one Redis, or a master behind Sentinel. Left out, an in-process store serves: right for one process, lost with it. */
  readonly redis?: RedisSettings | undefined;
  /** A store of your own instead (tests, another engine); `redis` is then ignored. Default: none. */
  readonly store?: CacheStore | undefined;
  /** What every key in the store begins with. Default `gad:`. Any characters, at most 128 bytes. */
  readonly prefix?: string | undefined;
  /** Milliseconds that all store calls of one operation — or of one request, inside of `runWithCacheDeadline` — may take together. Default 50. */
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
   * Bytes of the serialised value, before compression: larger ones are returned but not stored, and
   * what unpacks to more is a miss. Default 8 MiB.
   */
  readonly maxValueBytes?: number | undefined;
  /**
   * Serialised values from `threshold` bytes on are stored compressed, if that saves a tenth. Such a
   * value is no longer readable in `redis-cli`, and a hit unpacks it: with the default, 38 µs for
   * 16 kB, about what `JSON.parse` takes for it. Whatever is chosen here, all codecs that this Node
   * has are read. Choose `zstd` when every process that shares the store runs Node ≥ 22.15; others
   * miss such values. Default `{ threshold: 16384, codec: 'deflate' }`.
   */
  readonly compression?: CompressionOptions | 'off' | undefined;
  /** Turns values into bytes in place of JSON; see {@link ValueSerializer}. Default: JSON text. */
  readonly serializer?: ValueSerializer | undefined;
  /**
   * How patterns find their keys in Redis: `lex` keeps a sorted index (≈ 130 bytes a key, removal
   * costs what it removes); `scan` keeps none and walks the database, which also finds keys that
   * other writers put under the prefix later. Default `lex`.
   */
  readonly index?: 'lex' | 'scan' | undefined;
  /**
   * A durable log of what makes cached values stale, kept with the data. With it nothing that was
   * committed is ever missed: not by a crash before the removal, not by a store that was unavailable
   * or comes back from a snapshot. Default: none; removals and fences hold, and a removal that a crash loses stays lost.
   *
   * Costs one relay in all processes together (≈ 20 store calls and 10 reads of the log a second)
   * and 10 store calls a second in each; a hit reads the clock once more.
   */
  readonly invalidationLog?: InvalidationLog | undefined;
  /**
   * What the log is used for. `strict`: only what is proved to be fresh is served, and a write whose
   * removal is not confirmed is acknowledged once no reader can get the old value (at most 1.5 s later).
   * `bounded`: the store is believed while it answers, and such a write is answered at once; after
   * an outage old values may be served until the relay has caught up. Default `strict`.
   */
  readonly consistency?: Consistency | undefined;
  /**
   * Lets reads with the option `local` be answered from copies in the memory of the process. Give
   * the same to every process that shares the store. Only for the shared store: the in-process one
   * is local anyway. Default: no copies are kept.
   */
  readonly local?: LocalOptions | undefined;
  /** Level of the operation lines (`Cache HIT: …`). Default `log`. */
  readonly logLevel?: 'debug' | 'log' | 'off' | undefined;
}

/** How large values are compressed. */
export interface CompressionOptions {
  /** Bytes of the serialised value. Default 16,384. */
  readonly threshold?: number | undefined;
  /** Default `deflate`: smaller or faster than the others at most sizes, and read everywhere. */
  readonly codec?: CompressionCodec | undefined;
}

/** The options with every default filled in. */
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
  readonly logLevel: 'debug' | 'log' | 'off';
}

const MAX_PREFIX_BYTES = 128;
/** Three and a half weeks: beyond this a wait is a mistake rather than a wish. */
const MAX_MS = MAX_TIMER_MS;

/**
 * Checks the options and fills in the defaults.
 *
 * @throws CacheOptionsError one sentence that names the option and the fix
 */
export function resolveOptions(options: CacheModuleOptions): ResolvedCacheOptions {
  return {
    redis: options.redis === undefined ? undefined : checkedRedisSettings(options.redis),
    store: options.store,
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
    invalidationLog: checkedLog(options.invalidationLog, options.store),
    consistency: oneOf('consistency', options.consistency ?? 'strict', ['strict', 'bounded']),
    local: resolveLocalOptions(options.local),
    logLevel: oneOf('logLevel', options.logLevel ?? 'log', ['debug', 'log', 'off']),
  };
}

function checkedLog(
  log: InvalidationLog | undefined,
  store: CacheStore | undefined,
): InvalidationLog | undefined {
  if (log === undefined || store === undefined || store.relayStore !== undefined) return log;
  throw new CacheOptionsError(
    'log',
    'log must be left out with a store that has no cursors, because such a store cannot follow a log.',
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
  if (/^[a-z0-9][a-z0-9.-]{0,14}$/.test(serializer.name) && serializer.name !== 'json') {
    return serializer;
  }
  throw new CacheOptionsError(
    'serializer',
    'serializer.name must be 1 to 15 lower-case letters, digits, dots or hyphens, and not json, which is built in.',
  );
}

function positive(option: string, value: number, max: number): number {
  if (typeof value === 'number' && value > 0 && value <= max) return value;
  throw new CacheOptionsError(
    option,
    `${option} must be a number above 0 and at most ${max}, not ${String(value)}.`,
  );
}

function oneOf<T extends string>(option: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value;
  throw new CacheOptionsError(option, `${option} must be one of ${allowed.join(', ')}.`);
}
