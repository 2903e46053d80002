import { CacheOptionsError } from './cache-errors.js';

/** A bounded list takes its room at once: at this many entries about 240 MB. */
export const MAX_ENTRIES = 10_000_000;

/** @throws CacheOptionsError when it is no whole number above 0, or above `max` */
export function whole(option: string, value: number, max = Number.MAX_SAFE_INTEGER): number {
  if (Number.isSafeInteger(value) && value > 0 && value <= max) return value;
  const bound = max === Number.MAX_SAFE_INTEGER ? '' : ` and at most ${max}`;
  throw new CacheOptionsError(
    option,
    `${option} must be a whole number above 0${bound}, not ${String(value)}.`,
  );
}
