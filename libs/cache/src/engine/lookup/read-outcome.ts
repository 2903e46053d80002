import type { CacheCounters } from '../../cache-counters.js';
import type { CacheLogger } from '../../cache-log.js';
import { logHit, logMiss } from '../../cache-log.js';

interface ReadParts {
  readonly counters: CacheCounters;
  readonly logger: CacheLogger;
}

/** Counts a hit, and logs it where operations are logged: a line that nobody reads is not built. */
export function noteHit({ counters, logger }: ReadParts, key: string): void {
  counters.hits++;
  if (logger.operation !== undefined) logHit(logger, key);
}

/** As `noteHit`, of a miss. */
export function noteMiss({ counters, logger }: ReadParts, key: string): void {
  counters.misses++;
  if (logger.operation !== undefined) logMiss(logger, key);
}
