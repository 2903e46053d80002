import type { LoggerService } from '@nestjs/common';
import { resolveOptions } from '../cache-options.js';
import { databaseOf } from '../store/redis/connection/redis-settings.js';
import type { RedisSettings } from '../store/redis/connection/redis-settings.js';
import type { NestCacheOptions } from './nest-cache-options.js';
import { NEST_CACHE_OPTIONS } from './nest-cache-options.js';

/**
 * Logs which store serves, never a password, and warns of an in-process store in production that
 * was not asked for: each process then has values of its own, and learns of no removal in another.
 * Says nothing of a store that the application made itself.
 */
export function logStart(options: NestCacheOptions, logger: LoggerService): void {
  const { redis, store, prefix, invalidationLog } = resolveOptions(options, NEST_CACHE_OPTIONS);
  if (store !== undefined) return;
  if (redis !== undefined) {
    const at = `${addressOf(redis)}, database ${databaseOf(redis)}`;
    logger.log(`Cache: Redis at ${at}, with prefix ${prefix}`);
    return;
  }
  logger.log(`Cache: in this process, with prefix ${prefix}; no other process shares it`);
  const asked = options.store === 'memory' || invalidationLog !== undefined;
  if (asked || process.env['NODE_ENV'] !== 'production') return;
  logger.warn(
    "Cache: NODE_ENV is production and no Redis is configured, so each process has values of its own and learns of no removal in another: give the option redis, or store: 'memory' if there is one process only.",
  );
}

function addressOf(redis: RedisSettings): string {
  if (!('sentinels' in redis)) return new URL(redis.url).host;
  const { master = 'mymaster', sentinels } = redis;
  return `${master} of ${sentinels.map(({ host, port }) => `${host}:${port}`).join(', ')}`;
}
