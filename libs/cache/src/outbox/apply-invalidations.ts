import type { KeySelection } from '../keys/key-selection.js';
import { ALL_KEYS, markOf, selectKeys, selectPattern } from '../keys/key-selection.js';
import type { Clock } from '../clock.js';
import type { Recorder } from '../observe/recorder.js';
import type { CacheStore } from '../store/cache-store.js';
import type { InvalidationSet } from './invalidation-log.js';

/** Above this number of patterns everything is removed, which is cheaper and bounded. */
const MAX_PATTERNS = 5_000;
/** Marks that one script looks at. */
const MAX_MARKS = 1_000;
/** Removals that are sent concurrently. */
const SIDE_BY_SIDE = 100;

/** The positions of the writes that made a pattern stale; `undefined` when one of them has none. */
type Positions = Set<string> | undefined;

/**
 * Removes what a batch of the log made stale, unless the store has the marks that all its writers
 * have: each pattern once, literal keys without positions together. It does not wait for
 * acknowledgements: an unresponsive process must not delay the proof for all, and a writer that
 * relies on the relay waits for near caches itself.
 *
 * @param breathe called between groups of removals, so that a long run can renew the lead
 * @throws CacheUnavailableError when a removal is not confirmed
 */
export async function applyInvalidations(
  store: Pick<CacheStore, 'remove'>,
  stale: InvalidationSet,
  breathe: () => Promise<unknown>,
): Promise<void> {
  const remove = (selection: KeySelection, positions: Positions): Promise<number> =>
    store.remove(selection, { awaitAcks: false, unlessMarked: [...(positions ?? [])] });
  const patterns = stale === 'everything' ? undefined : byPattern(stale);
  if (patterns === undefined || patterns.size > MAX_PATTERNS) {
    await remove(ALL_KEYS, undefined);
    return;
  }
  const keys: string[] = [];
  const single: [KeySelection, Positions][] = [];
  for (const [pattern, positions] of patterns) {
    const selection = selectPattern(pattern);
    if (positions === undefined && selection.kind === 'keys') keys.push(...selection.keys);
    else single.push([selection, positions]);
  }
  if (keys.length > 0) await remove(selectKeys(keys), undefined);
  for (let at = 0; at < single.length; at += SIDE_BY_SIDE) {
    if (at > 0) await breathe();
    const group = single.slice(at, at + SIDE_BY_SIDE);
    await Promise.all(group.map(([selection, positions]) => remove(selection, positions)));
  }
}

/** A store whose removals are reported as those of a relay, unless its writer had made them. */
export function reportedRemovals(
  store: Pick<CacheStore, 'remove'>,
  clock: Clock,
  recorder: Recorder,
): Pick<CacheStore, 'remove'> {
  return {
    remove: async (selection, options) => {
      const begin = clock.now();
      const count = await store.remove(selection, options).catch((error: unknown) => {
        recorder.removalFailed('relay');
        throw error;
      });
      const ms = clock.now() - begin;
      if (count > 0 || selection.kind === 'all') {
        recorder.removed({ selection, count, ms, cause: 'relay' });
      }
      return count;
    },
  };
}

/** The marks that stand for all removals of a batch; none when some removal has to be made. */
export function marksOf(stale: InvalidationSet): string[] {
  if (stale === 'everything' || stale.length > MAX_MARKS) return [];
  const marks = new Set<string>();
  for (const each of stale) {
    if (typeof each === 'string') return [];
    marks.add(markOf(selectPattern(each.pattern), each.position));
  }
  return [...marks];
}

function byPattern(stale: Exclude<InvalidationSet, 'everything'>): Map<string, Positions> {
  const patterns = new Map<string, Positions>();
  for (const each of stale) {
    const { pattern, position } = typeof each === 'string' ? { pattern: each } : each;
    const positions = patterns.has(pattern) ? patterns.get(pattern) : new Set<string>();
    patterns.set(pattern, position === undefined ? undefined : positions?.add(position));
  }
  return patterns;
}
