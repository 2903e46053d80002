import { inspect } from 'node:util';
import { CacheOptionsError } from './cache-errors.js';

/** Bounded lists allocate their memory at once: about 240 MB for this many entries. */
export const MAX_ENTRIES = 10_000_000;

/** @throws CacheOptionsError when it is not a whole number above 0, or is above `max` */
export function whole(option: string, value: number, max = Number.MAX_SAFE_INTEGER): number {
  if (Number.isSafeInteger(value) && value > 0 && value <= max) return value;
  const bound = max === Number.MAX_SAFE_INTEGER ? '' : ` and at most ${max}`;
  throw new CacheOptionsError(
    option,
    `${option} must be a whole number above 0${bound}, not ${shown(value)}.`,
  );
}

/** Names of options as the keys of an object, so that the compiler misses none. */
export type OptionNames<Options> = Readonly<
  Record<Extract<Exclude<keyof Options, symbol>, string>, true>
>;

/** What options were called before, or are called elsewhere. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  staleFor: 'staleWhileRevalidate',
  staleOnError: 'staleIfError',
  swr: 'staleWhileRevalidate',
  grace: 'staleIfError',
  log: 'invalidationLog',
  waitMs: 'leaseWaitMs',
  keyPrefix: 'prefix',
};

/**
 * Rejects options that do not exist, because a misspelt one would be ignored without a word.
 *
 * @param of what the options are given to, for the message
 * @param elsewhere where an option belongs that is none here
 * @throws CacheOptionsError
 */
export function assertKnown(
  given: unknown,
  names: Readonly<Record<string, true>>,
  of: string,
  elsewhere: (name: string) => string | undefined = () => undefined,
): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    const what = Array.isArray(given) ? 'a list' : kindOf(given);
    throw new CacheOptionsError('options', `The options of ${of} must be an object, not ${what}.`);
  }
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(names, name)) continue;
    const all = Object.keys(names);
    const meant = all.find((one) => one.toLowerCase() === name.toLowerCase()) ?? OTHER_NAMES[name];
    const advice =
      meant !== undefined && all.includes(meant)
        ? `: it is called ${meant}.`
        : (elsewhere(name) ?? `; there are ${all.join(', ')}.`);
    throw new CacheOptionsError(name, `${name} is not an option of ${of}${advice}`);
  }
}

function kindOf(given: unknown): string {
  if (given === null || given === undefined) return String(given);
  const text = typeof given === 'number' || typeof given === 'boolean' ? ` ${given}` : '';
  // A text may be an address with a password.
  return `a ${typeof given}${text}`;
}

/** A refused value as a message shows it: `'60'` and `60n` are told apart from `60`. */
export function shown(value: unknown): string {
  return inspect(value, { depth: 0 });
}
