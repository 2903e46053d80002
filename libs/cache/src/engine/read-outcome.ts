import type { CacheCounters } from '../cache-counters.js';
import type { CacheLog } from '../cache-log.js';
import { logHit, logMiss } from '../cache-log.js';

interface ReadParts {
  readonly counters: CacheCounters;
  readonly log: CacheLog;
}

/** Counts a hit, and logs it where operations are logged: a line that nobody reads is not built. */
export function noteHit({ counters, log }: ReadParts, key: string): void {
  counters.hits++;
  if (log.operation !== undefined) logHit(log, key);
}

/** As `noteHit`, of a miss. */
export function noteMiss({ counters, log }: ReadParts, key: string): void {
  counters.misses++;
  if (log.operation !== undefined) logMiss(log, key);
}
