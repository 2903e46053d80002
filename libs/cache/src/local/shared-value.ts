/*
 * What V8 takes on 64 bits without pointer compression, as Node is built; measured by
 * `npm run bench:local-memory`.
 */
const WORD = 8;
const STRING_HEADER = 16;
const HEAP_NUMBER = 16;
const OBJECT_HEADER = 24;
const ARRAY_HEADER = 32;
const ELEMENTS_HEADER = 16;

const TWO_BYTES = /[^\0-\xff]/;
const MAX_SMALL_INTEGER = 2 ** 31;

/**
 * Freezes a value with everything in it, so that one object can be handed to everybody, and returns
 * the bytes that it takes. `undefined` when it holds something that freezing does not protect (a
 * `Date`, a `Map`, a buffer): such a value must not be shared.
 *
 * Frozen is frozen for whoever comes first as well: code that changes what it was given fails in a
 * test with an empty cache, not only on the second read in production.
 */
export function freezeForSharing(value: unknown): number | undefined {
  if (!isPlain(value)) return undefined;
  return freeze(value);
}

function freeze(value: unknown): number {
  if (typeof value === 'string') return stringBytes(value);
  if (typeof value === 'number') return isSmall(value) ? 0 : HEAP_NUMBER;
  if (typeof value !== 'object' || value === null) return 0;
  Object.freeze(value);
  let bytes: number;
  if (Array.isArray(value)) {
    bytes = ARRAY_HEADER + ELEMENTS_HEADER + WORD * value.length;
    for (const item of value) bytes += freeze(item);
    return bytes;
  }
  bytes = OBJECT_HEADER;
  for (const item of Object.values(value)) bytes += WORD + freeze(item);
  return bytes;
}

function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value !== 'function';
  if (Array.isArray(value)) return value.every(isPlain);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  return Object.values(value).every(isPlain);
}

/** Bytes of a string of its own. */
export function stringBytes(text: string): number {
  const bytes = TWO_BYTES.test(text) ? 2 * text.length : text.length;
  return STRING_HEADER + WORD * Math.ceil(bytes / WORD);
}

function isSmall(value: number): boolean {
  return (
    Number.isInteger(value) &&
    value < MAX_SMALL_INTEGER &&
    value >= -MAX_SMALL_INTEGER &&
    !Object.is(value, -0)
  );
}
