import { isUtf8 } from 'node:buffer';
import { CacheKeyInvalidError, CachePatternInvalidError } from '../cache-errors.js';

/** Longest key or pattern, in bytes of UTF-8 and without the prefix. */
export const MAX_KEY_BYTES = 512;

const PLAIN = /^[\x20-\x7e]{1,512}$/;
// C0, DEL and C1. Bookkeeping names begin with NUL, so rejecting these protects them from user keys
// and patterns.
const CONTROL = /\p{Cc}/u;
// Under the `u` flag this matches only surrogates without a partner; all of these would be sent as
// the same replacement character.
const LONE_SURROGATE = /\p{Surrogate}/u;

function flaw(text: string): string | undefined {
  if (text.length === 0) return 'it is empty';
  if (Buffer.byteLength(text) > MAX_KEY_BYTES) return `it is longer than ${MAX_KEY_BYTES} bytes`;
  if (CONTROL.test(text)) return 'it holds a control character';
  if (LONE_SURROGATE.test(text)) return 'it holds half of a surrogate pair';
  return undefined;
}

/** Whether the bytes of a name are those of a key that {@link assertKey} accepts. */
export function isKey(bytes: Buffer): boolean {
  return isUtf8(bytes) && flaw(bytes.toString()) === undefined;
}

/** Throws {@link CacheKeyInvalidError} unless `key` is 1..512 bytes of valid UTF-8. */
export function assertKey(key: string): void {
  if (typeof key === 'string' && PLAIN.test(key)) return;
  const reason = typeof key === 'string' ? flaw(key) : 'it is not a string';
  if (reason !== undefined) throw new CacheKeyInvalidError(String(key), reason);
}

/**
 * Prefixes of private entries: answers for one caller, or for callers of one role. Only
 * `@CacheAside` writes them. An application can read, list, count and remove such entries but not
 * write them, so its own keys never collide with a private entry.
 */
const RESERVED = /^~(?:user|vary):/;

/**
 * Prefix of unlisted entries: listings and counts skip them, and their hits, misses and fills are not
 * logged; everything else treats them like other entries. For cached data that administrators need
 * not see.
 */
const UNLISTED = '~~';

/** Whether a name, or its bytes, is skipped by listings and counts. */
export function isUnlisted(key: string | Buffer): boolean {
  return typeof key === 'string'
    ? key.startsWith(UNLISTED)
    : key.toString('latin1', 0, UNLISTED.length) === UNLISTED;
}

/** Marks the options of a read-through with a private key. Not exported to applications. */
export const PRIVATE: unique symbol = Symbol('PRIVATE');

/** Whether a name is that of a private entry. */
export function isReserved(key: string): boolean {
  return RESERVED.test(key);
}

/**
 * As {@link assertKey}, for keys that are written.
 *
 * @throws CacheKeyInvalidError also when an application would write a private entry
 */
export function assertWritable(key: string, options?: { readonly [PRIVATE]?: true }): void {
  assertKey(key);
  if (!RESERVED.test(key) || options?.[PRIVATE] === true) return;
  throw new CacheKeyInvalidError(
    key,
    'names that begin with ~user: or ~vary: are reserved for private entries, which only @CacheAside writes',
  );
}

/** Throws {@link CachePatternInvalidError} unless `pattern` is 1..512 bytes of valid UTF-8. */
export function assertPattern(pattern: string): void {
  const reason = typeof pattern === 'string' ? flaw(pattern) : 'it is not a string';
  if (reason !== undefined) throw new CachePatternInvalidError(String(pattern), reason);
}

/** Whether the text contains half of a surrogate pair. */
export function hasLoneSurrogate(text: string): boolean {
  return LONE_SURROGATE.test(text);
}
