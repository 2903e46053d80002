import type { CacheLogger } from '../cache-log.js';
import type { Clock } from '../clock.js';

/** Equal lines of shards within this time are one, in milliseconds. */
const MERGE_MS = 200;

/** A log for the parts of a whole: equal lines of several become one, with their number. */
export function mergedLog(logger: CacheLogger, clock: Clock, parts: number): CacheLogger {
  const counts = new Map<string, number>();
  const merging = (write: (message: string) => void) => (message: string) => {
    const before = counts.get(message) ?? 0;
    counts.set(message, before + 1);
    if (before > 0) return;
    clock.after(MERGE_MS, () => {
      const count = counts.get(message) ?? parts;
      counts.delete(message);
      write(count >= parts ? message : `${message} That is ${count} of ${parts} shards.`);
    });
  };
  return {
    notice: merging((message) => logger.notice(message)),
    warn: merging((message) => logger.warn(message)),
  };
}
