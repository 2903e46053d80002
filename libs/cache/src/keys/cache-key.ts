import { createHash } from 'node:crypto';
import { CacheKeyInvalidError } from '../cache-errors.js';
import { hasLoneSurrogate } from './key-validation.js';

/** A value that may fill a segment of a key. */
export type KeySegment = string | number | bigint | boolean;

declare const made: unique symbol;

/** A key made by {@link cacheKey}: text from outside cannot have changed its shape. */
export type CacheKey = string & { readonly [made]: true };

/** A pattern made by {@link cachePattern}. */
export type CachePattern = string & { readonly [made]: true };

/** Encoded segments above this are replaced by their hash, so that any text fits into a key. */
const LONGEST_SEGMENT = 64;
const UNSAFE = /[^A-Za-z0-9._-]/gu;
/** `%` alone and `%~` are never the beginning of an encoded character, so nothing else is so written. */
const EMPTY = '%';
const HASHED = '%~';

/**
 * A cache key out of a template: what stands in the template is taken as it is, every value
 * becomes exactly one segment.
 *
 * ```ts
 * cacheKey`stats:user:${id}:days:${days}`; // 'stats:user:2:days:30'
 * cacheKey`search:${'2:*'}`;               // 'search:2%3A%2A'
 * ```
 *
 * Letters, digits, `.`, `_` and `-` stay; everything else is percent-encoded as UTF-8, the empty
 * text is `%`, and what is longer than 64 characters then is `%~` and its SHA-256. Different
 * texts therefore never share a key, and none can hold a separator or a wildcard. A key is text:
 * `1`, `1n` and `'1'` are written alike, and so are `true` and `'true'`.
 *
 * @throws CacheKeyInvalidError for `undefined`, `null`, `NaN`, objects and half surrogate pairs
 */
export function cacheKey(
  template: TemplateStringsArray,
  ...segments: readonly KeySegment[]
): CacheKey {
  return fill(template, segments) as CacheKey; // this is what makes one
}

/**
 * A pattern over keys of {@link cacheKey}: wildcards count where the template has them, never in a
 * value, because values are encoded exactly as in the key.
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
  return fill(template, segments) as CachePattern; // this is what makes one
}

/**
 * One value as `cacheKey` writes it.
 *
 * @throws CacheKeyInvalidError
 */
export function encodeSegment(value: KeySegment): string {
  const text = textOf(value);
  if (text === '') return EMPTY;
  const encoded = text.replace(UNSAFE, percentEncoded);
  if (encoded.length <= LONGEST_SEGMENT) return encoded;
  return HASHED + createHash('sha256').update(text).digest('base64url');
}

function fill(template: TemplateStringsArray, segments: readonly KeySegment[]): string {
  let text = template[0] ?? '';
  for (const [index, segment] of segments.entries()) {
    text += encodeSegment(segment) + (template[index + 1] ?? '');
  }
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
  // Not the value itself: it may be anything that a client has sent, and not even have a text.
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
