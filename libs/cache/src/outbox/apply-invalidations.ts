import { Glob } from '../keys/glob.js';
import type { StoreRemovals } from '../store/cache-store.js';
import type { InvalidationSet } from './invalidation-log.js';

/** Beyond so many patterns it is cheaper, and bounded, to remove everything. */
const MAX_PATTERNS = 5_000;
/** Removals that are on their way at the same time. */
const SIDE_BY_SIDE = 100;

/**
 * Removes what a stretch of the log made stale. Each pattern once, literal ones together.
 *
 * @param breathe called between batches, so that a long application can keep its lead
 * @throws CacheUnavailableError when nobody knows whether all of it was done
 */
export async function applyInvalidations(
  store: StoreRemovals,
  stale: InvalidationSet,
  breathe: () => Promise<unknown>,
): Promise<void> {
  const patterns = stale === 'everything' ? undefined : new Set(stale);
  if (patterns === undefined || patterns.size > MAX_PATTERNS) {
    await store.removeAll();
    return;
  }
  const globs = [...patterns].map((pattern) => new Glob(pattern));
  const names = globs.filter((glob) => glob.isLiteral).map((glob) => glob.literalPrefix.toString());
  if (names.length > 0) await store.remove(names);
  const wide = globs.filter((glob) => !glob.isLiteral);
  for (let at = 0; at < wide.length; at += SIDE_BY_SIDE) {
    if (at > 0) await breathe();
    const batch = wide.slice(at, at + SIDE_BY_SIDE);
    await Promise.all(batch.map((glob) => store.removeMatching(glob)));
  }
}
