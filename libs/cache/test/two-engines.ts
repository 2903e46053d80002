import type { CacheEngine, CacheStore } from '@gad/cache';
import type { StorePair } from './fixtures.js';
import { engineOver } from './fixtures.js';
import { gatedStore } from './gated-store.js';
import type { Gates } from './gates.js';

/** Two processes over the same data; the calls of the first one's store go through gates. */
export interface TwoEngines {
  readonly stores: CacheStore[];
  readonly gates: Gates;
  readonly cache: CacheEngine;
  readonly other: CacheEngine;
}

export async function twoEngines(pair: StorePair): Promise<TwoEngines> {
  const [mine, theirs] = await pair();
  const { store, gates } = gatedStore(mine);
  return { stores: [mine, theirs], gates, cache: engineOver(store), other: engineOver(theirs) };
}
