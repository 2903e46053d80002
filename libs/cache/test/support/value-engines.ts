import { afterEach, beforeEach } from '@jest/globals';
import type { CacheEngine, CacheStore } from '@gad/cache/store';
import type { EngineParts } from '../../src/engine/engine-parts.js';
import { engineOver, logInto, type StorePair } from './fixtures.js';

/** Engines that differ in how they store values, over stores of the test that runs. */
export interface ValueEngines {
  /** The store of the engines, and another process's store over the same data. */
  readonly stores: readonly [CacheStore, CacheStore];
  /** What the engines have logged in this test; may be emptied. */
  readonly lines: string[];
  engine(values: NonNullable<EngineParts['values']>, parts?: Partial<EngineParts>): CacheEngine;
  /** The text at rest. */
  stored(key: string): Promise<string | undefined>;
  put(key: string, text: string): Promise<void>;
}

export function valueEngines(pair: StorePair): ValueEngines {
  const lines: string[] = [];
  let stores: [CacheStore, CacheStore];
  beforeEach(async () => {
    stores = await pair();
    lines.length = 0;
  });
  afterEach(() => Promise.all(stores.map((store) => store.close())));
  return {
    get stores() {
      return stores;
    },
    lines,
    engine: (values, parts) =>
      engineOver(
        stores[0],
        {},
        logInto(() => lines),
        { values, ...parts },
      ),
    stored: (key) => stores[1].read(key, 1_000),
    put: (key, text) => stores[1].write(key, text, undefined, 1_000),
  };
}
