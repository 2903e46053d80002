import type { CacheCounters } from '../../cache-counters.js';
import type { CacheLogger } from '../../cache-log.js';
import { logHit, logMiss } from '../../cache-log.js';
import type { GetOrSetOptions } from '../../values/get-or-set-options.js';
import type { StoredEntry } from './lookup.js';

interface ReadParts {
  readonly counters: CacheCounters;
  readonly logger: CacheLogger;
}

/** Counts a hit and returns the value for a reader with these options. */
export function serve(
  parts: ReadParts,
  key: string,
  { decoded }: StoredEntry,
  options: GetOrSetOptions,
): unknown {
  noteHit(parts, key);
  return decoded.value.given(options);
}

/** Counts a hit, and logs it if operations are logged. */
export function noteHit({ counters, logger }: ReadParts, key: string): void {
  counters.hits++;
  if (logger.operation !== undefined) logHit(logger, key);
}

/** As `noteHit`, for a miss. */
export function noteMiss({ counters, logger }: ReadParts, key: string): void {
  counters.misses++;
  if (logger.operation !== undefined) logMiss(logger, key);
}
