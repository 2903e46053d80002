import { CacheUnavailableError } from '@gad/cache';
import type { CacheService } from '@gad/cache';
import { script } from '@gad/cache/store';
import { MINUTE_MS, RateLimiter } from './rate-limiter.js';

/**
 * The generic cell rate algorithm, as in `MemoryRateLimiter`, by the server's clock: KEYS[1] holds
 * the time at which all turns are back. Answers 0, or the milliseconds to wait.
 */
const TAKE = script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local full_again = tonumber(redis.call('GET', KEYS[1]) or '0')
local next = math.max(now, full_again) + ARGV[2] / ARGV[1]
local wait = next - now - ARGV[2]
if wait > 0.5 then return math.ceil(wait) end
redis.call('SET', KEYS[1], string.format('%.3f', next), 'PX', math.ceil(next - now))
return 0`);

/**
 * Counts for all processes together, in the cache's store and under its rules: within the request's
 * one deadline. While the store is unavailable `fallback` counts, beginning with full limits; an
 * outage neither refuses requests nor frees them from the limits.
 *
 * Cost: one script.
 */
export class SharedRateLimiter extends RateLimiter {
  constructor(
    private readonly cache: Pick<CacheService, 'evaluate'>,
    private readonly fallback: RateLimiter,
  ) {
    super();
  }

  async take(key: string, turns: number, withinMs = MINUTE_MS): Promise<number> {
    try {
      const limit = [String(turns), String(withinMs)];
      const wait = await this.cache.evaluate(TAKE, [`rate:${key}`], limit);
      return Number(wait);
    } catch (error) {
      if (!(error instanceof CacheUnavailableError)) throw error;
      return this.fallback.take(key, turns, withinMs);
    }
  }
}
