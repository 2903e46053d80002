import { isUtf8 } from 'node:buffer';
import { CacheKeyInvalidError, CachePatternInvalidError } from '../cache-errors.js';

/** Longest key or pattern, in bytes of UTF-8 and without the prefix. */
export const MAX_KEY_BYTES = 512;

const PLAIN = /^[\x20-\x7e]{1,512}$/;
// C0, DEL and C1. Bookkeeping names begin with NUL, so refusing these is what keeps every user
// key and pattern out of them.
const CONTROL = /\p{Cc}/u;
// Under the `u` flag this matches only surrogates without a partner; they would all collapse into
// one replacement character on the wire.
const LONE_SURROGATE = /\p{Surrogate}/u;

function flaw(text: string): string | undefined {
  if (text.length === 0) return 'it is empty';
  if (Buffer.byteLength(text) > MAX_KEY_BYTES) return `it is longer than ${MAX_KEY_BYTES} bytes`;
  if (CONTROL.test(text)) return 'it holds a control character';
  if (LONE_SURROGATE.test(text)) return 'it holds half of a surrogate pair';
  return undefined;
}

/** Whether the bytes of a name are those of a key that {@link assertKey} lets pass. */
export function isKey(bytes: Buffer): boolean {
  return isUtf8(bytes) && flaw(bytes.toString()) === undefined;
}

/** Throws {@link CacheKeyInvalidError} unless `key` is 1..512 bytes of clean UTF-8. */
export function assertKey(key: string): void {
  if (typeof key === 'string' && PLAIN.test(key)) return;
  const reason = typeof key === 'string' ? flaw(key) : 'it is not a string';
  if (reason !== undefined) throw new CacheKeyInvalidError(String(key), reason);
}

/**
 * How the names of private entries begin: answers for one caller, or for callers of one role. Only
 * `@CacheAside` makes such names. An application can read, list, count and remove what has one, and
 * can write nothing there, so that no key of its own is ever the name of a private entry.
 */
const RESERVED = /^~(?:user|vary):/;

/**
 * How the names of unlisted entries begin: listings and counts of keys leave them out, everything
 * else treats them like any other. For what an application caches and administrators need not see.
 */
const UNLISTED = '~~';

/** Whether a name, or the bytes of one, is left out of listings and counts. */
export function isUnlisted(key: string | Buffer): boolean {
  return typeof key === 'string'
    ? key.startsWith(UNLISTED)
    : key.toString('latin1', 0, UNLISTED.length) === UNLISTED;
}

/** Marks the options of a read-through whose key is a private one. Not exported to applications. */
export const PRIVATE: unique symbol = Symbol('PRIVATE');

/** Whether a name is one of a private entry. */
export function isReserved(key: string): boolean {
  return RESERVED.test(key);
}

/**
 * As {@link assertKey}, for what is stored under the key.
 *
 * @throws CacheKeyInvalidError also where an application would write under a private name
 */
export function assertWritable(key: string, options?: { readonly [PRIVATE]?: true }): void {
  assertKey(key);
  if (!isReserved(key) || options?.[PRIVATE] === true) return;
  throw new CacheKeyInvalidError(
    key,
    'names that begin with ~user: or ~vary: are those of private answers, which only @CacheAside stores',
  );
}

/** Throws {@link CachePatternInvalidError} unless `pattern` is 1..512 bytes of clean UTF-8. */
export function assertPattern(pattern: string): void {
  const reason = typeof pattern === 'string' ? flaw(pattern) : 'it is not a string';
  if (reason !== undefined) throw new CachePatternInvalidError(String(pattern), reason);
}

/** Whether the text holds half of a surrogate pair. */
export function hasLoneSurrogate(text: string): boolean {
  return LONE_SURROGATE.test(text);
}
