import { CacheOptionsError } from './cache-errors.js';

/** Bounded lists allocate their memory at once: about 240 MB for this many entries. */
export const MAX_ENTRIES = 10_000_000;

/** @throws CacheOptionsError when it is not a whole number above 0, or is above `max` */
export function whole(option: string, value: number, max = Number.MAX_SAFE_INTEGER): number {
  if (Number.isSafeInteger(value) && value > 0 && value <= max) return value;
  const bound = max === Number.MAX_SAFE_INTEGER ? '' : ` and at most ${max}`;
  throw new CacheOptionsError(
    option,
    `${option} must be a whole number above 0${bound}, not ${String(value)}.`,
  );
}
