import { CacheOptionsError } from '../../cache-errors.js';

/** Prefix and database of a store; without the server, which has many addresses. */
export interface KeySpace {
  readonly prefix: string;
  readonly database: number;
}

/** Key spaces of this process's open stores, by identity. */
const open = new Set<KeySpace>();

/** Whether two key spaces overlap: in the same database, one prefix begins with the other. */
export function overlap(a: KeySpace, b: KeySpace): boolean {
  if (a.database !== b.database) return false;
  return a.prefix.startsWith(b.prefix) || b.prefix.startsWith(a.prefix);
}

/**
 * Two stores with one prefix are the same cache; with nested prefixes `clear` of the shorter would
 * remove the other's entries and bookkeeping.
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
