import { CacheOptionsError } from '../cache-errors.js';
import { shown } from '../option-checks.js';

type Kind = readonly [what: string, fits: (value: unknown) => boolean];

const isFunction = (value: unknown): boolean => typeof value === 'function';
const isText = (value: unknown): boolean => typeof value === 'string';
const isFlag = (value: unknown): boolean => typeof value === 'boolean';
const CALLBACK: Kind = ['a function', isFunction];

/** Of the options of `@CacheAside` itself; `assertReadThrough` checks the others. */
const KINDS: Readonly<Record<string, Kind>> = {
  key: CALLBACK,
  cache: ['a text', isText],
  enabled: ['true, false or a function', (one) => isFlag(one) || isFunction(one)],
  instances: ["'shared' or a function", (one) => one === 'shared' || isFunction(one)],
  scope: ["'shared' or 'user'", (one) => one === 'shared' || one === 'user'],
  read: CALLBACK,
  vary: CALLBACK,
  valid: CALLBACK,
  map: CALLBACK,
  rawJson: ['true or false', isFlag],
  headers: ['a list of texts', (one) => Array.isArray(one) && one.every(isText)],
};

/**
 * Rejects options of `@CacheAside` of another kind, which would have another effect, or none, or
 * fail every request.
 *
 * @throws CacheOptionsError
 */
export function assertKinds(options: object, where: string): void {
  for (const [name, [what, fits]] of Object.entries(KINDS)) {
    const value: unknown = Reflect.get(options, name);
    if (fits(value) || (value === undefined && name !== 'key')) continue;
    throw new CacheOptionsError(name, `${where}: ${name} must be ${what}, not ${shown(value)}.`);
  }
}
