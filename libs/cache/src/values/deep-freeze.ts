/*
 * Sizes in V8 on 64 bits without pointer compression, as Node is built; measured by
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
/** `JSON.parse` stores equal strings up to this length only once. */
const LONGEST_SHARED_TEXT = 10;

/**
 * Freezes a value deeply, so that one object can be shared by all readers, and returns its size in
 * bytes. `undefined` when it contains something that freezing does not protect (a `Date`, a `Map`,
 * a buffer): such a value must not be shared.
 *
 * The caller of a miss gets a frozen value, too: code that mutates it fails already in a test with
 * an empty cache, not only on the second read in production.
 *
 * @param parsed whether `JSON.parse` created the value, which stores equal short strings only once
 */
export function deepFreeze(value: unknown, parsed = false): number | undefined {
  // Iterative instead of recursive: a malicious value in the store may be nested deeper than the
  // stack allows.
  const objects = new Set<object>();
  const rest: unknown[] = [value];
  const shared = new Set<string>();
  let bytes = 0;
  while (rest.length > 0) {
    const item = rest.pop();
    if (typeof item === 'function') return undefined;
    if (parsed && typeof item === 'string' && item.length <= LONGEST_SHARED_TEXT) {
      if (shared.has(item)) continue;
      shared.add(item);
    }
    if (typeof item !== 'object' || item === null) {
      bytes += scalarBytes(item);
      continue;
    }
    if (objects.has(item)) continue;
    objects.add(item);
    const isArray = Array.isArray(item);
    if (!isArray && !isPlain(item)) return undefined;
    const parts: unknown[] = isArray ? item : Object.values(item);
    bytes += (isArray ? ARRAY_HEADER + ELEMENTS_HEADER : OBJECT_HEADER) + WORD * parts.length;
    for (const part of parts) rest.push(part);
  }
  for (const object of objects) Object.freeze(object);
  return bytes;
}

function scalarBytes(value: unknown): number {
  if (typeof value === 'string') return stringBytes(value);
  return typeof value === 'number' && !isSmall(value) ? HEAP_NUMBER : 0;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Bytes of a string that is not shared. */
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
