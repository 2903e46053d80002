import type { CacheLogger } from './cache-log.js';
import type { CacheModuleOptions, ResolvedCacheOptions } from './cache-options.js';
import { resolveOptions } from './cache-options.js';
import { systemClock } from './clock.js';
import { CacheEngine } from './engine/cache-engine.js';
import { FreshnessGuard } from './outbox/freshness-guard.js';
import type { CacheStore } from './store/cache-store.js';
import { RedisStore } from './store/redis/redis-store.js';
import { MemoryStore } from './store/memory/memory-store.js';

/**
 * Creates an engine and its store from options, without Nest and without connecting;
 * `engine.store.open()` connects.
 *
 * @throws CacheOptionsError
 */
export function createCache(options: CacheModuleOptions, logger: CacheLogger): CacheEngine {
  const resolved = resolveOptions(options);
  const store = resolved.store ?? makeStore(resolved, logger);
  return new CacheEngine({
    store,
    freshness: makeFreshness(resolved, store, logger),
    prefix: resolved.prefix,
    limits: resolved,
    values: resolved,
    local: resolved.local,
    clock: store.clock ?? systemClock,
    logger,
  });
}

function makeFreshness(
  options: ResolvedCacheOptions,
  store: CacheStore,
  logger: CacheLogger,
): FreshnessGuard | undefined {
  const { invalidationLog, consistency } = options;
  const { relayStore } = store;
  if (invalidationLog === undefined || relayStore === undefined) return undefined;
  const parts = { store, relayStore, log: invalidationLog, consistency, logger };
  return new FreshnessGuard({ ...parts, clock: store.clock ?? systemClock, random: Math.random });
}

function makeStore(options: ResolvedCacheOptions, logger: CacheLogger): CacheStore {
  const { redis: settings, prefix, index, removalTimeoutMs, deadlineMs, local } = options;
  if (settings === undefined) return new MemoryStore(options);
  return new RedisStore({ settings, prefix, index, removalTimeoutMs, deadlineMs, local, logger });
}
