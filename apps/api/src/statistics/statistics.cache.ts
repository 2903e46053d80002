import { cacheKey, cachePattern } from '@gad/cache';
import type { CacheKey, CachePattern } from '@gad/cache';

export const statisticsKey = (userId: number, days: number): CacheKey =>
  cacheKey`stats:user:${userId}:days:${days}`;

/** Every period of one usuario. */
export const userStatisticsPattern = (userId: number): CachePattern =>
  cachePattern`stats:user:${userId}:*`;

/** Every usuario's. */
export const EVERY_STATISTICS_PATTERN: CachePattern = cachePattern`stats:user:*`;

/** Which statistics a key names; `undefined` for other keys. */
export function statisticsOfKey(key: string): { userId: number; days: number } | undefined {
  const [, userId, days] = /^stats:user:([1-9]\d{0,9}):days:([1-9]\d{0,2})$/.exec(key) ?? [];
  return userId === undefined ? undefined : { userId: Number(userId), days: Number(days) };
}

/** What is cached here; the table of `docs/caching.md` is made from it. */
export const STATISTICS_VIEW = {
  title: 'Statistics of a usuario',
  route: 'GET /stats/user/{user_id}',
  parameters: ['user_id', 'days'],
  key: statisticsKey,
  place: 'stats:user:*',
  /** Fresh enough for five minutes; every write that concerns them removes them at once. */
  ttl: 300,
  /** How long it is remembered that there is no such usuario. */
  negativeTtl: 30,
  /** From the memory of a process, where it keeps copies: CACHE_LOCAL. */
  local: 60,
} as const;
