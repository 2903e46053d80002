import { sql } from 'drizzle-orm';
import type { Database } from '../database/database.js';
import { isDatabaseUnavailable } from '../database/unavailable.js';
import { MINUTE_MS, RateLimiter } from './rate-limiter.js';

/**
 * Counts for all processes together where there is no Redis: the generic cell rate algorithm, as in
 * `MemoryRateLimiter`, by the database's clock. While the database is unavailable `fallback` counts.
 *
 * Cost: one statement, which writes a row of an unlogged table unless it refuses.
 */
export class DatabaseRateLimiter extends RateLimiter {
  constructor(
    private readonly database: Database,
    private readonly fallback: RateLimiter,
  ) {
    super();
  }

  async take(key: string, turns: number, withinMs = MINUTE_MS): Promise<number> {
    try {
      return await this.count(key, turns, withinMs);
    } catch (error) {
      if (!isDatabaseUnavailable(error)) throw error;
      return this.fallback.take(key, turns, withinMs);
    }
  }

  private async count(key: string, turns: number, withinMs: number): Promise<number> {
    const step = sql`${withinMs / turns} * interval '1 millisecond'`;
    const time = sql`${withinMs} * interval '1 millisecond'`;
    const next = sql`greatest(known.full_again_at, now()) + ${step}`;
    // The row as it was before this statement: what the turn that was refused has to wait for.
    const { rows } = await this.database.db.execute<{ taken: boolean; wait: number | null }>(sql`
      with taken as (
        insert into rate_limits as known (key, full_again_at) values (${key}, now() + ${step})
        on conflict (key) do update set full_again_at = ${next}
        where ${next} <= now() + ${time} + interval '0.5 milliseconds'
        returning 1
      )
      select exists (select from taken) as taken, (
        select extract(epoch from ${next} - now() - ${time})::float8 * 1000
        from rate_limits as known where key = ${key}
      ) as wait`);
    const [row] = rows;
    if (row?.taken === true) return 0;
    // The row may be younger than the statement: then a turn's time is as good a guess as any.
    return Math.max(1, row?.wait ?? withinMs / turns);
  }
}
