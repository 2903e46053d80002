import type { KeySelection } from '../keys/key-selection.js';
import { ALL_KEYS, selectKeys, selectPattern } from '../keys/key-selection.js';
import type { CacheStore } from '../store/cache-store.js';
import type { InvalidationSet } from './invalidation-log.js';

/** Above this number of patterns everything is removed, which is cheaper and bounded. */
const MAX_PATTERNS = 5_000;
/** Removals that are sent concurrently. */
const SIDE_BY_SIDE = 100;

/**
 * Removes what a batch of the log made stale: each pattern once, literal keys together. It does not
 * wait for acknowledgements: an unresponsive process must not delay the proof for all, and a writer
 * that relies on the relay waits for near caches itself.
 *
 * @param breathe called between groups of removals, so that a long run can renew the lead
 * @throws CacheUnavailableError when a removal is not confirmed
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
