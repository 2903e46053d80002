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

/** What an option must be, in words and as a check. */
export type Kind = readonly [what: string, fits: (value: unknown) => boolean];

/** What each option must be, by name, so that the compiler misses none. */
export type OptionKinds<Options> = Readonly<
  Record<Extract<Exclude<keyof Options, symbol>, string>, Kind>
>;

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const areTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const isCallback = (value: unknown): boolean => typeof value === 'function';
const isFlag = (value: unknown): boolean => typeof value === 'boolean';
const isEither = (value: unknown): boolean => isFlag(value) || isCallback(value);
const isAnything = (): boolean => true;

/** Of an option whose value has a check of its own. */
export const CHECKED: Kind = ['', isAnything];
export const TEXT: Kind = ['a text that is not empty', isText];
export const TEXTS: Kind = ['a list of texts that are not empty', areTexts];
export const CALLBACK: Kind = ['a function', isCallback];
export const FLAG: Kind = ['true or false', isFlag];
export const FLAG_OR_CALLBACK: Kind = ['true, false or a function', isEither];

/** An object with these methods. */
export function having(...methods: readonly string[]): Kind {
  const fits = (value: unknown): boolean =>
    typeof value === 'object' &&
    value !== null &&
    methods.every((name) => isCallback(Reflect.get(value, name)));
  return [`an object with the functions ${methods.join(', ')}`, fits];
}

export function oneOf(...allowed: readonly string[]): Kind {
  const what = allowed.map((text) => `'${text}'`).join(' or ');
  return [what, (value) => isText(value) && allowed.includes(String(value))];
}

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
  names: Readonly<Record<string, Kind>>,
  of: string,
  elsewhere: (name: string) => string | undefined = () => undefined,
): void {
  if (typeof given !== 'object' || given === null || isCollection(given)) {
    const what = `The options of ${of} must be an object, not ${kindOf(given)}.`;
    throw new CacheOptionsError('options', what);
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

/**
 * Rejects options of another kind, which would have another effect, or none, or fail later.
 *
 * @param where begins the message, such as `Prices.one: `
 * @throws CacheOptionsError
 */
export function assertKinds(
  options: object,
  kinds: Readonly<Record<string, Kind>>,
  where = '',
  required: readonly string[] = [],
): void {
  for (const [name, [what, fits]] of Object.entries(kinds)) {
    const value: unknown = Reflect.get(options, name);
    if (value === undefined ? !required.includes(name) : fits(value)) continue;
    throw new CacheOptionsError(name, `${where}${name} must be ${what}, not ${shown(value)}.`);
  }
}

/** Objects whose entries are no properties, so that none of them would be seen. */
function isCollection(given: object): boolean {
  return Array.isArray(given) || given instanceof Map || given instanceof Set;
}

function kindOf(given: unknown): string {
  if (given === null || given === undefined) return String(given);
  if (typeof given === 'object') return Array.isArray(given) ? 'a list' : 'a Map or Set';
  const text = typeof given === 'number' || typeof given === 'boolean' ? ` ${given}` : '';
  // A text may be an address with a password.
  return `a ${typeof given}${text}`;
}

/** A refused value as a message shows it: `'60'` and `60n` are told apart from `60`. */
export function shown(value: unknown): string {
  return inspect(value, { depth: 0 });
}
