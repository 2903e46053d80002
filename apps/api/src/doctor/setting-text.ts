import type { RedisSettings } from '@gad/cache';
import type { SettingText } from '@gad/cache/store';
import type { AppConfig } from '../config/app-config.js';

/** Options whose value a variable takes as it is. */
const VARIABLES: Readonly<Record<string, string>> = {
  deadlineMs: 'CACHE_DEADLINE_MS',
  'compression.threshold': 'CACHE_COMPRESSION_THRESHOLD',
  local: 'CACHE_LOCAL',
  'warn.hitRate': 'CACHE_WARN_HIT_RATE',
  'warn.memoryMb': 'CACHE_WARN_MEMORY_MB',
  'warn.keys': 'CACHE_WARN_KEYS',
  retentionHours: 'EVENTS_RETENTION_HOURS',
};

/** How an option of the cache is set for this API: by a variable of the environment. */
export function settingText({ redis, redisVariable }: AppConfig): SettingText {
  return (option, value) => {
    const variable = VARIABLES[option];
    if (variable !== undefined) return `${variable}=${value}`;
    if (redisVariable === 'REDIS_URL') return urlWith(redis, option, value);
    if (option === 'redis.database') return `REDIS_DB=${value}`;
    if (option !== 'redis.address' || redisVariable !== 'REDIS_HOST') return undefined;
    const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(value) ?? [];
    return `REDIS_HOST=${host} REDIS_PORT=${port}`;
  };
}

/** `REDIS_URL` with another part; a password in it is not shown. */
function urlWith(
  redis: RedisSettings | undefined,
  option: string,
  value: string,
): string | undefined {
  if (redis === undefined || !('url' in redis)) return undefined;
  const url = new URL(redis.url);
  const password = url.password !== '' ? ':<password>' : '';
  const user = password === '' ? '' : `${url.username}${password}@`;
  const host = option === 'redis.address' ? value : url.host;
  const path = option === 'redis.database' ? `/${value}` : url.pathname;
  return `REDIS_URL=${url.protocol}//${user}${host}${path}`;
}
