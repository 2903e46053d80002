import type { CacheLogger } from '../../cache-log.js';
import { logHit, logMiss } from '../../cache-log.js';
import type { Recorder } from '../../observe/recorder.js';
import type { ReadPlace } from '../../observe/tally.js';
import { READ } from '../../observe/tally.js';
import type { GetOrSetOptions } from '../../values/get-or-set-options.js';
import type { Found, StoredEntry } from './lookup.js';

interface ReadParts {
  readonly recorder: Recorder;
  readonly logger: CacheLogger;
}

/** Counts a hit and returns the value for a reader with these options. */
export function serve(
  parts: ReadParts,
  key: string,
  { decoded }: StoredEntry,
  options: GetOrSetOptions,
): unknown {
  const { recorder, logger } = parts;
  recorder.read(key, options, READ.hit);
  if (logger.operation !== undefined) logHit(logger, key);
  return decoded.value.given(options);
}

/** Logs a hit if operations are logged. */
export function noteHit({ logger }: Pick<ReadParts, 'logger'>, key: string): void {
  if (logger.operation !== undefined) logHit(logger, key);
}

/**
 * As `noteHit`, for a read that found no value which it could serve; asks why, which must come before
 * the key is filled again.
 *
 * @returns how the read counts
 */
export function noteMiss(
  { logger, recorder }: ReadParts,
  key: string,
  options: GetOrSetOptions,
  found: Found,
): ReadPlace {
  if (logger.operation !== undefined) logMiss(logger, key);
  if (found === 'unavailable') return READ.bypass;
  if (typeof found !== 'object' || found.staleness === 'expired') {
    recorder.missed(key, options, found === 'corrupt' || found === 'foreign');
  }
  return READ.miss;
}
