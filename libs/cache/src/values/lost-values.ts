import { types } from 'node:util';
import { CacheOptionsError } from '../cache-errors.js';
import { shapeOf } from '../keys/key-lint.js';
import { JsonText } from './json-text.js';

/** How many values are looked at of keys of one shape, and how many shapes. */
const MOST_LOOKS = 16;
const MOST_SHAPES = 1_000;
/** How much of one value is looked at. */
const MOST_PARTS = 500;

/** Finds values whose class, dates or functions are lost where they are stored. */
export class LostValues {
  readonly #looks = new Map<string, number>();

  /**
   * @param warn absent: such a value is an error
   * @param rich whether they are stored by `richJson`, which keeps more than JSON does
   */
  constructor(
    private readonly warn: ((message: string) => void) | undefined,
    private readonly rich: boolean,
  ) {}

  /**
   * Warns once for each shape of key, or throws.
   *
   * @throws CacheOptionsError when such values are an error
   */
  check(key: string, value: unknown): void {
    const shape = this.warn === undefined ? '' : shapeOf(key);
    const looks = this.#looks.get(shape) ?? 0;
    if (looks >= MOST_LOOKS || this.#looks.size > MOST_SHAPES) return;
    const lost = lostIn(value, '', this.rich, { left: MOST_PARTS });
    if (this.warn !== undefined)
      this.#looks.set(shape, lost === undefined ? looks + 1 : MOST_LOOKS);
    if (lost === undefined) return;
    const richer = this.rich
      ? ''
      : ', or the cache the serializer richJson, which keeps dates, maps and sets';
    const message = `the value of ${key} has ${lost}, which is lost where it is stored, in a miss as in a hit: give the read the option as, a class or a function that makes the value${richer}.`;
    if (this.warn === undefined)
      throw new CacheOptionsError('strictValues', `With strictValues ${message}`);
    this.warn(`Cache: ${message}`);
  }
}

/** What is lost of a value, and where; looks at its first parts only. */
function lostIn(
  value: unknown,
  at: string,
  rich: boolean,
  parts: { left: number },
): string | undefined {
  if (parts.left-- <= 0) return undefined;
  const where = at === '' ? '' : ` at ${at.replace(/^\./, '')}`;
  if (typeof value === 'function') return `a function${where}`;
  if (typeof value !== 'object' || value === null || value instanceof JsonText) return undefined;
  if (rich && isKept(value)) return undefined;
  if (!isPlain(value)) return `an instance of ${value.constructor.name}${where}`;
  for (const [name, part] of Object.entries(value)) {
    const lost = lostIn(
      part,
      Array.isArray(value) ? `${at}[${name}]` : `${at}.${name}`,
      rich,
      parts,
    );
    if (lost !== undefined) return lost;
  }
  return undefined;
}

/** A list, or an object without a class, of whichever realm. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Of what `richJson` keeps; what is inside of a `Map` or `Set` is not looked at. */
function isKept(value: object): boolean {
  return (
    types.isDate(value) ||
    types.isMap(value) ||
    types.isSet(value) ||
    types.isUint8Array(value) ||
    value instanceof URL
  );
}
