import { assertRedisNames, checkedRedisSettings } from './check-redis-settings.js';
import type { RedisSettings, UnsetRedis } from './redis-settings.js';

/** Without an address, as in `{ url: process.env.REDIS_URL }`, there is no Redis. */
export function redisOf(
  given: RedisSettings | UnsetRedis | string | undefined,
): RedisSettings | undefined {
  if (given === undefined) return undefined;
  if (typeof given === 'string') return checkedRedisSettings({ url: given });
  return isUnset(given) ? undefined : checkedRedisSettings(given);
}

function isUnset(settings: RedisSettings | UnsetRedis): settings is UnsetRedis {
  // Untyped callers may pass null.
  const given = Object(settings) as object;
  if (!Object.hasOwn(given, 'url') || Object.hasOwn(given, 'sentinels')) return false;
  assertRedisNames(given);
  return Reflect.get(given, 'url') === undefined;
}
