import { CacheOptionsError } from '../../cache-errors.js';

/** Where the keys of a store are, whichever the server: one server has many addresses. */
export interface KeySpace {
  readonly prefix: string;
  readonly database: number;
}

/** Of the stores of this process that are open, each its own object. */
const open = new Set<KeySpace>();

/**
 * Whether one of two caches would reach into the other: their prefixes are in one database, and one
 * begins with the other.
 */
export function overlap(a: KeySpace, b: KeySpace): boolean {
  if (a.database !== b.database) return false;
  return a.prefix.startsWith(b.prefix) || b.prefix.startsWith(a.prefix);
}

/**
 * Two stores under one prefix are one cache, twice; under nested ones `clear` of the shorter would
 * remove what the longer holds, its bookkeeping included.
 *
 * @throws CacheOptionsError when an open store of this process has a nested prefix
 */
export function enterKeySpace(space: KeySpace): void {
  for (const other of open) {
    if (other.prefix !== space.prefix && overlap(space, other)) throw nested(space, other);
  }
  open.add(space);
}

export function leaveKeySpace(space: KeySpace): void {
  open.delete(space);
}

export function nested({ prefix }: KeySpace, other: KeySpace): CacheOptionsError {
  return new CacheOptionsError(
    'prefix',
    `prefix must not begin with that of another cache, as ${prefix} and ${other.prefix} do: clear() of one would remove what the other holds. Choose one such as reports:, or another number of database in redis.url.`,
  );
}
