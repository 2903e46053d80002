import { createHash } from 'node:crypto';
import { CacheKeyInvalidError } from '../cache-errors.js';
import { hasLoneSurrogate } from './key-validation.js';

/** A value that may fill a segment of a key. */
export type KeySegment = string | number | bigint | boolean;

declare const made: unique symbol;

/** A key made by {@link cacheKey}: values from outside cannot change its structure. */
export type CacheKey = string & { readonly [made]: true };

/** A pattern made by {@link cachePattern}. */
export type CachePattern = string & { readonly [made]: true };

/** Longer encoded segments are replaced by their hash, so that any text fits into a key. */
const LONGEST_SEGMENT = 64;
const UNSAFE = /[^A-Za-z0-9._-]/gu;
/** Most segments that are text: nothing to encode. */
const PLAIN = /^[\w.-]{1,64}$/;
/** `%` alone and `%~` never begin an encoded character, so they are unambiguous. */
const EMPTY = '%';
const HASHED = '%~';

/**
 * Builds a cache key from a template: its literal text is used unchanged, and every value becomes
 * exactly one segment.
 *
 * ```ts
 * cacheKey`stats:user:${id}:days:${days}`; // 'stats:user:2:days:30'
 * cacheKey`search:${'2:*'}`;               // 'search:2%3A%2A'
 * ```
 *
 * Letters, digits, `.`, `_` and `-` are kept; all other characters are percent-encoded as UTF-8.
 * The empty text becomes `%`, and an encoded segment of more than 64 characters becomes `%~` and
 * its SHA-256. So different texts never share a key, and no value can add a separator or a
 * wildcard. A key is text: `1`, `1n` and `'1'` give the same key, and so do `true` and `'true'`.
 *
 * @throws CacheKeyInvalidError for `undefined`, `null`, `NaN`, objects and half surrogate pairs
 */
export function cacheKey(
  template: TemplateStringsArray,
  ...segments: readonly KeySegment[]
): CacheKey {
  return fill(template, segments) as CacheKey; // the brand is only added here
}

/**
 * Builds a pattern for keys of {@link cacheKey}: only wildcards of the template itself are active,
 * because values are encoded exactly as in the key.
 *
 * ```ts
 * await cache.deletePattern(cachePattern`stats:user:${id}:*`);
 * ```
 *
 * @throws CacheKeyInvalidError as `cacheKey`
 */
export function cachePattern(
  template: TemplateStringsArray,
  ...segments: readonly KeySegment[]
): CachePattern {
  return fill(template, segments) as CachePattern; // the brand is only added here
}

/**
 * One value, encoded as by `cacheKey`.
 *
 * @throws CacheKeyInvalidError
 */
export function encodeSegment(value: KeySegment): string {
  if (Number.isSafeInteger(value)) return String(value);
  if (typeof value === 'string' && PLAIN.test(value)) return value;
  const text = textOf(value);
  if (text === '') return EMPTY;
  const encoded = text.replace(UNSAFE, percentEncoded);
  if (encoded.length <= LONGEST_SEGMENT) return encoded;
  return HASHED + createHash('sha256').update(text).digest('base64url');
}

function fill(template: TemplateStringsArray, segments: readonly KeySegment[]): string {
  let text = template[0] ?? '';
  let index = 0;
  for (const segment of segments) text += encodeSegment(segment) + (template[++index] ?? '');
  return text;
}

function textOf(value: KeySegment): string {
  if (typeof value === 'string') {
    if (hasLoneSurrogate(value)) {
      throw new CacheKeyInvalidError(value, 'it holds half of a surrogate pair');
    }
    return value;
  }
  const kind = typeof value;
  if (kind === 'bigint' || kind === 'boolean' || Number.isFinite(value)) return String(value);
  // Not the value itself: a client may have sent it, and it may not be convertible to text.
  const name = value === null ? 'null' : kind === 'number' ? String(value) : kind;
  throw new CacheKeyInvalidError(name, `a segment must be text or a number, not ${name}`);
}

function percentEncoded(character: string): string {
  let encoded = '';
  for (const byte of Buffer.from(character)) {
    encoded += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}
