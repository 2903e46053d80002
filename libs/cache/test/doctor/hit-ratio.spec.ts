import { afterEach, describe, expect, it } from '@jest/globals';
import { createCache } from '@gad/cache';
import type { Cache, DoctorOptions, FindingText } from '@gad/cache/engine';
import { Doctor } from '@gad/cache/engine';
import { diagnosisInWords, MemoryStore, silentLog } from '@gad/cache/store';
import { FakeClock } from '@gad/cache/testing';

const KEYS = Array.from({ length: 60 }, (_, n) => `stats:user:${n}`);

/** A cache in memory, and time that the test moves. */
interface Stage {
  readonly cache: Cache;
  readonly clock: FakeClock;
}

const read = async ({ cache }: Stage, keys: readonly string[], ttl = 100): Promise<void> => {
  for (const key of keys) await cache.getOrSet(key, () => key.length, { ttl });
};

/** How reads come to miss, and what the finding has to say of it. */
const CAUSES: readonly {
  readonly name: string;
  readonly seen: RegExp;
  readonly maxEntries?: number;
  strike(stage: Stage): Promise<unknown>;
}[] = [
  {
    name: 'a short ttl, by the ttl that would help and by how much',
    seen: /66\.7 % of the misses of stats:user are of expired values, and 100 % of those are asked for again within one ttl of 100 s: 200 s would give up to 66\.7 points\.$/,
    strike: async (stage) => {
      for (let turn = 0; turn < 3; turn++) {
        await read(stage, KEYS);
        await stage.cache.fleet?.report();
        stage.clock.advance(110_000);
      }
    },
  },
  {
    name: 'removals, by how often a value was read before',
    seen: /66\.7 % of the misses of stats:user are of removed values, which were read 0 times before: up to 66\.7 points/,
    strike: async (stage) => {
      for (let turn = 0; turn < 3; turn++) {
        await read(stage, KEYS);
        stage.clock.advance(1_000);
        await stage.cache.deletePattern('stats:*');
        await stage.cache.fleet?.report();
        stage.clock.advance(1_000);
      }
    },
  },
  {
    name: 'many variants, by the reads of a key',
    seen: /100 % of the misses of stats:user are of keys that were never stored, with 1 reads a key/,
    strike: (stage) =>
      read(
        stage,
        Array.from({ length: 150 }, (_, n) => `stats:user:2:days:${n}`),
      ),
  },
  {
    name: 'values that the store has dropped',
    seen: /66\.7 % of the misses of stats:user are of values that the server dropped before their ttl/,
    maxEntries: 30,
    strike: async (stage) => {
      for (let turn = 0; turn < 3; turn++) {
        await read(stage, KEYS);
        await stage.cache.fleet?.report();
        stage.clock.advance(1_000);
      }
    },
  },
];

describe('A low hit ratio', () => {
  let stage: Stage;
  const open = async (maxEntries = 1_000): Promise<void> => {
    const clock = new FakeClock();
    const store = new MemoryStore({ clock, maxEntries });
    const cache = createCache({ store, analytics: true }, silentLog);
    await cache.open();
    stage = { cache, clock };
  };
  const found = async (options?: DoctorOptions): Promise<FindingText | undefined> => {
    // A miss is decided two reports later.
    for (let turn = 0; turn < 3; turn++) await stage.cache.fleet?.report();
    const diagnosis = await new Doctor(stage.cache, options).diagnose();
    return diagnosisInWords(diagnosis, 'en').find(({ id }) => id === 'hit-ratio');
  };
  afterEach(() => stage.cache.close());

  it.each(CAUSES)('a low hit ratio is explained by $name', async ({ seen, maxEntries, strike }) => {
    await open(maxEntries);
    expect((await found())?.severity).toBe('n/a');
    await strike(stage);
    const finding = await found();
    expect(finding).toMatchObject({ severity: 'warn', problema: 2, figures: { hit_percent: 0 } });
    expect(finding?.seen).toMatch(seen);
  });

  it('a hit ratio is judged by the threshold, from a hundred reads on', async () => {
    await open();
    for (let turn = 0; turn < 4; turn++) await read(stage, KEYS);
    expect(await found()).toMatchObject({ severity: 'pass', figures: { hit_percent: 75 } });
    expect(await found({ warn: { hitRate: 0.8 } })).toMatchObject({ severity: 'warn' });
  });
});
