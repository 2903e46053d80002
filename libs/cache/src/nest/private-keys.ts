import type { CachePattern, KeySegment } from '../keys/cache-key.js';
import { CacheKeyInvalidError } from '../cache-errors.js';
import { encodeSegment } from '../keys/cache-key.js';
import { shown } from '../option-checks.js';
import type { Instances } from './cache-aside.options.js';
import type { Subject } from './nest-cache-options.js';

/**
 * The keys of private entries: `~user:<subject>:<key>` and `~vary:<groups>:<key>`, nested where
 * both apply. The parts of a subject are joined by commas. Encoded parts contain no comma, so
 * different subjects and keys never collide.
 */
export function privateKey(kind: 'user' | 'vary', parts: Subject, key: string): string {
  return `~${kind}:${partsOf(parts).map(encodeSegment).join(',')}:${key}`;
}

/** The parts of a subject: of a list its members, and anything else is one part. */
export function partsOf(subject: Subject): readonly KeySegment[] {
  return isList(subject) ? subject : [subject];
}

const isList = (subject: Subject): subject is readonly KeySegment[] => Array.isArray(subject);

/**
 * Whether a subject names a caller: it is not `null`, `undefined`, `NaN`, an empty text or list,
 * has no such part, and is not a bare truth value (from `user && user.id`).
 */
export function isKnown(subject: Subject | null | undefined): subject is Subject {
  if (subject === undefined || subject === null || typeof subject === 'boolean') return false;
  const parts: readonly unknown[] = partsOf(subject);
  return parts.length > 0 && !parts.some(isMissing);
}

const isMissing = (part: unknown): boolean =>
  part === undefined || part === null || part === '' || Number.isNaN(part);

/**
 * The pattern of the private entries of one caller: what handlers with `scope: 'user'` have stored
 * for the subject that `userOf` gives.
 *
 * ```ts
 * await cache.deletePattern(userPattern(user.id)); // everything of this user
 * await cache.invalidate(userPattern([tenant, user.id], cachePattern`orders:*`));
 * ```
 *
 * @param keys pattern of the handlers' keys; default: all. With `vary` its values precede the key:
 *   `~vary:*:orders:*`
 * @throws CacheKeyInvalidError as `cacheKey`, and for a subject that names no caller
 */
export function userPattern(subject: Subject, keys = '*'): CachePattern {
  if (!isKnown(subject)) {
    throw new CacheKeyInvalidError(shown(subject), 'its subject names no caller');
  }
  return privateKey('user', subject, keys) as CachePattern; // encoded as `cachePattern` does
}

/** The key of a method for one instance; see {@link Instances}. */
export function keyOfInstance(
  instances: Instances | undefined,
  instance: unknown,
  key: string,
): string {
  if (typeof instances !== 'function') return key;
  // The function was written for the class of this instance.
  const nameOf = instances as (instance: unknown) => KeySegment;
  return `${encodeSegment(nameOf(instance))}:${key}`;
}
