import type { CacheLog } from './cache-log.js';
import type { CacheModuleOptions, ResolvedCacheOptions } from './cache-options.js';
import { resolveOptions } from './cache-options.js';
import { systemClock } from './clock.js';
import { CacheEngine } from './engine/cache-engine.js';
import { Freshness } from './freshness/freshness.js';
import type { CacheStore } from './store/cache-store.js';
import { RedisStore } from './store/redis/redis-store.js';
import { MemoryStore } from './store/memory/memory-store.js';

/**
 * Makes an engine and its store from options, without Nest. Nothing is connected yet:
 * `engine.store.open()` does that.
 *
 * @throws CacheOptionsError
 */
export function createCache(options: CacheModuleOptions, log: CacheLog): CacheEngine {
  const resolved = resolveOptions(options);
  const store = resolved.store ?? makeStore(resolved, log);
  return new CacheEngine({
    store,
    freshness: makeFreshness(resolved, store, log),
    prefix: resolved.prefix,
    limits: resolved,
    values: resolved,
    local: resolved.local,
    clock: store.clock ?? systemClock,
    log,
  });
}

function makeFreshness(
  options: ResolvedCacheOptions,
  store: CacheStore,
  cacheLog: CacheLog,
): Freshness | undefined {
  const { log, consistency } = options;
  const { cursors } = store;
  if (log === undefined || cursors === undefined) return undefined;
  const parts = { store, cursors, log, consistency, cacheLog };
  return new Freshness({ ...parts, clock: store.clock ?? systemClock, random: Math.random });
}

function makeStore(options: ResolvedCacheOptions, log: CacheLog): CacheStore {
  const { redis: settings, prefix, index, removalTimeoutMs, deadlineMs, local } = options;
  if (settings === undefined) return new MemoryStore(options);
  return new RedisStore({ settings, prefix, index, removalTimeoutMs, deadlineMs, local, log });
}
