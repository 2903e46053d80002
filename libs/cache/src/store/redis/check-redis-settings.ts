import { CacheOptionsError } from '../../cache-errors.js';
import type { RedisNode, RedisSettings, SentinelSettings } from './redis-settings.js';

/** What Sentinel accepts as the name of a master. */
const MASTER_NAME = /^[A-Za-z0-9._-]+$/;

/** @throws CacheOptionsError one sentence that names the option and the fix */
export function checkedRedisSettings(settings: RedisSettings): RedisSettings {
  if ('sentinels' in settings) return checkedSentinels(settings);
  const url = URL.canParse(settings.url) ? new URL(settings.url) : undefined;
  if (url?.protocol === 'redis:' || url?.protocol === 'rediss:') return settings;
  throw new CacheOptionsError(
    'redis.url',
    'redis.url must be a URL such as redis://:password@host:6379/0 or rediss://host:6380.',
  );
}

function checkedSentinels(settings: SentinelSettings): SentinelSettings {
  if ('url' in settings) {
    throw new CacheOptionsError(
      'redis.url',
      'redis.url and redis.sentinels are both set: keep one of them, the Sentinels tell where the master is.',
    );
  }
  const { sentinels, master = 'mymaster', database = 0 } = settings;
  if (sentinels.length === 0 || !sentinels.every(isNode)) {
    throw new CacheOptionsError(
      'redis.sentinels',
      'redis.sentinels must list at least one Sentinel, each as { host, port }.',
    );
  }
  if (!MASTER_NAME.test(master)) {
    throw new CacheOptionsError(
      'redis.master',
      'redis.master must be the name that `sentinel monitor` gives the master, such as mymaster.',
    );
  }
  if (!Number.isSafeInteger(database) || database < 0) {
    throw new CacheOptionsError(
      'redis.database',
      `redis.database must be a whole number, 0 or more, not ${String(database)}.`,
    );
  }
  return settings;
}

function isNode({ host, port }: RedisNode): boolean {
  return host !== '' && Number.isSafeInteger(port) && port > 0 && port < 65_536;
}
