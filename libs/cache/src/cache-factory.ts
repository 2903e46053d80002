import { Cache } from './cache.js';
import type { CacheLogger } from './cache-log.js';
import { consoleLog } from './cache-log.js';
import type { CacheModuleOptions, ResolvedCacheOptions } from './cache-options.js';
import { createHash } from 'node:crypto';
import { CACHE_OPTIONS, resolveOptions } from './cache-options.js';
import { systemClock } from './clock.js';
import type { EngineParts } from './engine/engine-parts.js';
import { KeyLint } from './keys/key-lint.js';
import { Analytics } from './observe/analytics.js';
import type { Recorder } from './observe/recorder.js';
import { assertKinds, having } from './option-checks.js';
import type { Freshness } from './outbox/freshness.js';
import { FreshnessGuard } from './outbox/freshness-guard.js';
import { ShardedFreshness } from './outbox/sharded-freshness.js';
import { isDevelopment, logStart } from './start-line.js';
import { LostValues } from './values/lost-values.js';
import { richJson } from './values/rich-json.js';
import type { ValueSerializer } from './values/value-serializer.js';
import type { CacheStore } from './store/cache-store.js';
import { mergedLog } from './store/merged-log.js';
import { ShardedStore } from './store/redis/cluster/sharded-store.js';
import { RedisStore } from './store/redis/redis-store.js';
import { MemoryStore } from './store/memory/memory-store.js';

/**
 * Creates a cache and its store from options, without Nest and without connecting; `open()`
 * connects, `close()` disconnects.
 *
 * ```ts
 * const cache = createCache({ redis: { url: 'redis://localhost:6379' }, prefix: 'shop:' });
 * await cache.open();
 * const product = await cache.getOrSet(`product:${id}`, () => products.find(id), { ttl: 60 });
 * ```
 *
 * `open()` logs which store serves.
 *
 * @param logger where the cache logs. Default: the console; operation lines only with `logLevel`
 * @throws CacheOptionsError
 */
export function createCache(
  options: CacheModuleOptions & { readonly serializer: ValueSerializer },
  logger?: CacheLogger,
): Cache<'kept'>;
export function createCache(options?: CacheModuleOptions, logger?: CacheLogger): Cache;
export function createCache(
  options: CacheModuleOptions = {},
  // Untyped callers may hand in anything.
  logger: CacheLogger = consoleLog((Object(options) as CacheModuleOptions).logLevel),
): Cache | Cache<'kept'> {
  assertKinds({ logger }, { logger: having('notice', 'warn') });
  return new Cache(cacheParts(options, logger));
}

/** @throws CacheOptionsError */
export function cacheParts(
  options: CacheModuleOptions,
  logger: CacheLogger,
  names = CACHE_OPTIONS,
): EngineParts {
  const resolved = resolveOptions(options, names);
  const store = resolved.store ?? makeStore(resolved, logger);
  const clock = store.clock ?? systemClock;
  // Steady, so that an adjustment of the system's clock makes no value look expired.
  const begun = Date.now() - clock.now();
  const analytics = resolved.analytics ? new Analytics(() => begun + clock.now()) : undefined;
  return {
    store,
    freshness: makeFreshness(resolved, store, analytics, logger),
    prefix: resolved.prefix,
    limits: resolved,
    values: resolved,
    local: resolved.local,
    lint: resolved.lintKeys ? new KeyLint((message) => logger.warn(message)) : undefined,
    clock,
    logger,
    analytics,
    warming: resolved.warming,
    fingerprint: fingerprintOf(resolved),
    lost: lostValues(resolved, logger),
    onOpen: () => logStart(options, resolved, logger),
  };
}

/** Warns where a developer looks, and not in tests; is strict everywhere. */
function lostValues(
  { serializer, strictValues }: ResolvedCacheOptions,
  logger: CacheLogger,
): LostValues | undefined {
  const isKnown = serializer === undefined || serializer === richJson;
  if (!isKnown || !(strictValues || isDevelopment())) return undefined;
  const warn = (message: string): void => logger.warn(message);
  return new LostValues(strictValues ? undefined : warn, serializer === richJson);
}

/** Eight digits that differ where options differ, without what names servers. */
function fingerprintOf({ redis: _servers, ...options }: ResolvedCacheOptions): string {
  const text = JSON.stringify(options, (name, value: unknown) =>
    name === 'store' || name === 'invalidationLog' ? value !== undefined : value,
  );
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

function makeFreshness(
  options: ResolvedCacheOptions,
  store: CacheStore,
  recorder: Recorder | undefined,
  logger: CacheLogger,
): Freshness | undefined {
  const { invalidationLog: log, consistency } = options;
  const { relayStore, shards } = store;
  if (log === undefined) return undefined;
  const clock = store.clock ?? systemClock;
  const parts = { log, consistency, recorder, clock, random: Math.random };
  if (shards !== undefined) {
    const merged = mergedLog(logger, clock, shards.all.length);
    return new ShardedFreshness({ ...parts, shards, logger: merged });
  }
  return relayStore && new FreshnessGuard({ ...parts, store, relayStore, logger });
}

function makeStore(options: ResolvedCacheOptions, logger: CacheLogger): CacheStore {
  const { redis: settings, prefix, index, removalTimeoutMs, deadlineMs, local } = options;
  if (settings === undefined) return new MemoryStore(options);
  if ('cluster' in settings) {
    const { places } = options;
    const parts = { settings, prefix, index, removalTimeoutMs, deadlineMs, logger };
    return new ShardedStore({ ...parts, places });
  }
  return new RedisStore({ settings, prefix, index, removalTimeoutMs, deadlineMs, local, logger });
}
