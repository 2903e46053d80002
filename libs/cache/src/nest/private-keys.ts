import type { CachePattern, KeySegment } from '../keys/cache-key.js';
import { encodeSegment } from '../keys/cache-key.js';
import type { Instances } from './cache-aside.options.js';
import type { Subject } from './nest-cache-options.js';

/**
 * The names of private entries: `~user:<subject>:<key>` and `~vary:<groups>:<key>`, one inside of
 * the other where both apply. The parts of a subject are joined with a comma, which no encoded part
 * holds, so that no two subjects, and no subject and key, are written alike.
 */
export function privateKey(kind: 'user' | 'vary', parts: Subject, key: string): string {
  return `~${kind}:${partsOf(parts).map(encodeSegment).join(',')}:${key}`;
}

/** The parts of a subject. */
export function partsOf(subject: Subject): readonly KeySegment[] {
  return typeof subject === 'object' ? subject : [subject];
}

/**
 * The pattern of the private entries of one caller: what handlers with `scope: 'user'` have stored
 * for the subject that `userOf` gives.
 *
 * ```ts
 * await cache.deletePattern(userPattern(user.id)); // everything of this user
 * await cache.invalidate(userPattern([tenant, user.id], cachePattern`orders:*`));
 * ```
 *
 * @param keys of which keys of the handlers; default: of all. What a handler's `vary` gives stands
 *   before its key: `~vary:*:orders:*`
 * @throws CacheKeyInvalidError as `cacheKey`
 */
export function userPattern(subject: Subject, keys = '*'): CachePattern {
  return privateKey('user', subject, keys) as CachePattern; // encoded as `cachePattern` does
}

/** The key of a method as one instance has it; see {@link Instances}. */
export function keyOfInstance(
  instances: Instances | undefined,
  instance: unknown,
  key: string,
): string {
  if (typeof instances !== 'function') return key;
  // The instance is of the class that the function was written for.
  const nameOf = instances as (instance: unknown) => KeySegment;
  return `${encodeSegment(nameOf(instance))}:${key}`;
}
