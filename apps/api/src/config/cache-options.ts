import type { NestCacheOptions } from '@gad/cache';
import type { InvalidationLog } from '@gad/cache/store';
import type { AppConfig } from './app-config.js';

const LOG_LEVEL = { debug: 'debug', info: 'log', off: 'off' } as const;

/** The cache library's options out of the configuration. */
export function cacheOptions(
  config: AppConfig,
  invalidationLog?: InvalidationLog,
): NestCacheOptions {
  const { compressionThreshold: threshold } = config.cache;
  // The embedded database belongs to this process alone, and with an in-process store no other process
  // has cached values: a removal there is complete, and a crash drops every value.
  const sharesNothing = config.redis === undefined && config.database.url === undefined;
  const log = sharesNothing ? undefined : invalidationLog;
  return {
    ...(log && { invalidationLog: log, consistency: config.cache.consistency }),
    prefix: config.cache.prefix,
    deadlineMs: config.cache.deadlineMs,
    compression: threshold === 0 ? 'off' : { threshold },
    logLevel: LOG_LEVEL[config.cache.logLevel],
    lintKeys: config.nodeEnv === 'development',
    analytics: true,
    warming: config.cache.warming,
    // What is cached follows from writes, and a write is not answered before it is gone everywhere.
    local: config.cache.local ? { barrier: true } : undefined,
    ...(config.redis ? { redis: config.redis } : { store: 'memory' }),
  };
}
