import type { NestCacheOptions } from '@gad/cache';
import type { AppConfig } from './app-config.js';

const LOG_LEVEL = { debug: 'debug', info: 'log', off: 'off' } as const;

/** The cache library's options out of the configuration. */
export function cacheOptions(config: AppConfig): NestCacheOptions {
  const { compressionThreshold: threshold } = config.cache;
  return {
    prefix: config.cache.prefix,
    deadlineMs: config.cache.deadlineMs,
    compression: threshold === 0 ? 'off' : { threshold },
    logLevel: LOG_LEVEL[config.cache.logLevel],
    lintKeys: config.nodeEnv === 'development',
    ...(config.redis ? { redis: config.redis } : {}),
  };
}
