import { Injectable } from '@nestjs/common';
import { WarmsCache } from '@gad/cache';
import type { CacheWarmer, WarmContext } from '@gad/cache';
import { Database } from '../database/database.js';
import { STATISTICS_VIEW, statisticsOfKey } from './statistics.cache.js';
import { StatisticsRepository } from './statistics.repository.js';

/** Statistics of a usuario and a period. */
interface Candidate {
  readonly userId: number;
  readonly days: number;
}

/** What is asked for without `days`. */
const DEFAULT_DAYS = 30;

/**
 * Warms the statistics: those that were read most in the last day, then those of the usuarios with
 * the latest tareas. The frequent ones are loaded anew before their end.
 */
@Injectable()
@WarmsCache()
export class StatisticsWarmer implements CacheWarmer<Candidate> {
  readonly name = 'statistics';
  readonly refreshAhead = { ttl: STATISTICS_VIEW.ttl, candidateOf: statisticsOfKey };

  constructor(
    private readonly statistics: StatisticsRepository,
    private readonly database: Database,
  ) {}

  async *candidates({ limit, frequentKeys }: WarmContext): AsyncGenerator<Candidate> {
    const seen = new Set<string>();
    for (const key of await frequentKeys(limit)) {
      const candidate = statisticsOfKey(key);
      if (candidate === undefined) continue;
      seen.add(key);
      yield candidate;
    }
    for (const userId of await this.statistics.recentlyActive(limit)) {
      const candidate = { userId, days: DEFAULT_DAYS };
      if (!seen.has(this.keyOf(candidate))) yield candidate;
    }
  }

  keyOf({ userId, days }: Candidate): string {
    return STATISTICS_VIEW.key(userId, days);
  }

  warm(candidate: Candidate, context: WarmContext): Promise<unknown> {
    const { userId, days } = candidate;
    const { ttl, negativeTtl } = STATISTICS_VIEW;
    return context.getOrSet(this.keyOf(candidate), () => this.statistics.forUser(userId, days), {
      ttl,
      negativeTtl,
    });
  }

  isSourceFull(): boolean {
    return this.database.isFull;
  }
}
