import type { CacheLogger } from '../../cache-log.js';
import { logHit, logMiss } from '../../cache-log.js';
import type { Recorder } from '../../observe/recorder.js';
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

/** As `noteHit`, for a miss. */
export function noteMiss({ logger }: Pick<ReadParts, 'logger'>, key: string): void {
  if (logger.operation !== undefined) logMiss(logger, key);
}

/** Counts a read that found no value, and asks why. */
export function countMiss(
  { recorder }: Pick<ReadParts, 'recorder'>,
  key: string,
  options: GetOrSetOptions,
  found: Found,
): void {
  if (found === 'unavailable') {
    recorder.read(key, options, READ.bypass);
    return;
  }
  recorder.read(key, options, READ.miss);
  recorder.missed(key, options, found === 'corrupt' || found === 'foreign');
}
