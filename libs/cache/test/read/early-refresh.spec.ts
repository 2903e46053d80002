import { describe, expect, it } from '@jest/globals';
import { settle } from '@gad/cache/testing';
import { classifyStaleness } from '../../src/values/staleness.js';
import { seededRandom } from '../../../../verify/support/seeded-random.js';
import { manualEngine } from '../support/manual-engine.js';
import { failOnLeaks } from '../support/resources.js';

failOnLeaks();

describe('earlyRefresh', () => {
  function share(leftMs: number, loadMs: number, earlyRefresh: true | number): number {
    const random = seededRandom(7);
    const age = { ttlMs: leftMs, terms: { staleMs: 0, loadMs } };
    const rounds = 20_000;
    let early = 0;
    for (let n = 0; n < rounds; n++) {
      if (classifyStaleness(age, { earlyRefresh }, random) === 'early') early++;
    }
    return early / rounds;
  }

  it('an early refresh has the probability e^(−left / (load · eagerness))', () => {
    expect(Math.abs(share(500, 500, true) - Math.exp(-1))).toBeLessThan(0.01);
    expect(Math.abs(share(1_000, 500, true) - Math.exp(-2))).toBeLessThan(0.01);
    expect(Math.abs(share(1_000, 500, 2) - Math.exp(-1))).toBeLessThan(0.01);
    expect(share(60_000, 500, true)).toBe(0);
  });

  it('the fresh value is served during an early refresh, with what is left of its ttl', async () => {
    const { cache, clock } = manualEngine({ random: () => 0.999_999 });
    const options = { ttl: 10, earlyRefresh: true } as const;
    const slow = async (): Promise<number> => {
      await new Promise<void>((resolve) => clock.after(100, resolve));
      return 1;
    };
    const first = cache.getOrSet('k', slow, options);
    await settle();
    await clock.advanceAsync(100);
    await first;
    await clock.advanceAsync(9_000);
    const entry = await cache.getOrSetEntry('k', () => 2, options);
    expect(entry).toMatchObject({ value: 1, stale: false, ttl: 1 });
    await settle();
    expect(await cache.getOrSetEntry('k', () => 3, { ttl: 10 })).toMatchObject({ value: 2 });
  });
});
