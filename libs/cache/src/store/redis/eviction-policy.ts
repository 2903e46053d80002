import type { CacheLogger } from '../../cache-log.js';
import type { RedisConnection } from './connection/redis-connection.js';
import { asBytes } from './replies.js';

/**
 * Warns about a server whose policy evicts leases of running loads before old values. A lease is
 * new, used once and short-lived: under `allkeys-lfu`, `volatile-*` and `*-random` it is evicted
 * first, and the value of its load is not stored. Costs one `INFO`; no warning if that is forbidden
 * or has no such field.
 */
export async function warnOfPolicy(
  connection: RedisConnection,
  logger: CacheLogger,
  withinMs: number,
): Promise<void> {
  const command = ['INFO', 'memory'];
  const info = await connection
    .sendForBytes(command, withinMs, 'optional')
    .then((reply) => asBytes(reply).toString())
    .catch(() => '');
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
  const bounded = /^maxmemory:[1-9]/m.test(info);
  if (!bounded || policy === undefined || policy === 'allkeys-lru') return;
  logger.warn(
    policy === 'noeviction'
      ? 'Cache: the Redis server evicts nothing (maxmemory-policy noeviction) and refuses to store when it is full; set it to allkeys-lru.'
      : `Cache: the Redis server evicts by ${policy}, which takes keys under load before old values; set maxmemory-policy to allkeys-lru.`,
  );
}
