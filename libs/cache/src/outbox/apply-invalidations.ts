import type { KeySelection } from '../keys/key-selection.js';
import { ALL_KEYS, selectKeys, selectPattern } from '../keys/key-selection.js';
import type { CacheStore } from '../store/cache-store.js';
import type { InvalidationSet } from './invalidation-log.js';

/** Beyond so many patterns it is cheaper, and bounded, to remove everything. */
const MAX_PATTERNS = 5_000;
/** Removals that are on their way at the same time. */
const SIDE_BY_SIDE = 100;

/**
 * Removes what a stretch of the log made stale. Each pattern once, literal ones together. Without
 * acknowledgements: a process that gives none must not delay the proof for all, and a writer that
 * relies on the relay instead of a removal of its own waits for the copies itself.
 *
 * @param breathe called between batches, so that a long application can keep its lead
 * @throws CacheUnavailableError when it is not known whether all of it was done
 */
export async function applyInvalidations(
  store: Pick<CacheStore, 'remove'>,
  stale: InvalidationSet,
  breathe: () => Promise<unknown>,
): Promise<void> {
  const remove = (selection: KeySelection): Promise<number> =>
    store.remove(selection, { awaitAcks: false });
  const patterns = stale === 'everything' ? undefined : new Set(stale);
  if (patterns === undefined || patterns.size > MAX_PATTERNS) {
    await remove(ALL_KEYS);
    return;
  }
  const selections = [...patterns].map(selectPattern);
  const keys = selections.flatMap((each) => (each.kind === 'keys' ? each.keys : []));
  if (keys.length > 0) await remove(selectKeys(keys));
  const wide = selections.filter(({ kind }) => kind !== 'keys');
  for (let at = 0; at < wide.length; at += SIDE_BY_SIDE) {
    if (at > 0) await breathe();
    await Promise.all(wide.slice(at, at + SIDE_BY_SIDE).map(remove));
  }
}
