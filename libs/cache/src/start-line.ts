import type { CacheLogger } from './cache-log.js';
import type { CacheModuleOptions, ResolvedCacheOptions } from './cache-options.js';
import { DEFAULT_SHARDS, databaseOf } from './store/redis/connection/redis-settings.js';
import type { RedisSettings } from './store/redis/connection/redis-settings.js';

/**
 * Logs which store serves, never a password, and warns of an in-process store in production that
 * was not asked for: each process then has values of its own, and learns of no removal in another.
 * Says nothing of a store that the application made itself.
 */
export function logStart(
  options: CacheModuleOptions,
  { redis, store, prefix }: ResolvedCacheOptions,
  logger: CacheLogger,
): void {
  if (store !== undefined) return;
  if (redis !== undefined) {
    const at = `${addressOf(redis)}, database ${databaseOf(redis)}`;
    logger.notice(`Cache: Redis at ${at}, with prefix ${prefix}`);
    return;
  }
  logger.notice(`Cache: in this process, with prefix ${prefix}; no other process shares it`);
  const asked = options.store === 'memory' || options.invalidationLog !== undefined;
  if (asked || process.env['NODE_ENV'] !== 'production') return;
  logger.warn(
    "Cache: NODE_ENV is production and no Redis is configured, so each process has values of its own and learns of no removal in another: give the option redis, or store: 'memory' if there is one process only.",
  );
}

function addressOf(redis: RedisSettings): string {
  if ('cluster' in redis) {
    const { nodes, shards = DEFAULT_SHARDS } = redis.cluster;
    return `the Cluster of ${nodes.map(({ host, port }) => `${host}:${port}`).join(', ')}, ${shards} shards`;
  }
  if (!('sentinels' in redis)) return new URL(redis.url).host;
  const { master = 'mymaster', sentinels } = redis;
  return `${master} of ${sentinels.map(({ host, port }) => `${host}:${port}`).join(', ')}`;
}

/** Whether a developer looks at the log: neither in production nor in tests. */
export function isDevelopment(): boolean {
  return !['production', 'test'].includes(process.env['NODE_ENV'] ?? '');
}
