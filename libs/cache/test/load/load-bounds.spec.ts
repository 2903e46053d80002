import { describe, expect, it } from '@jest/globals';
import { deferred, engineOver } from '../support/fixtures.js';
import { manualEngine } from '../support/manual-engine.js';
import { failOnStrays } from '../support/resources.js';

failOnStrays();

describe('A loader that never settles', () => {
  it('is given up after five minutes, alone or for a batch, and the next caller loads', async () => {
    const { cache, clock } = manualEngine();
    const never = (): Promise<never> => new Promise(() => undefined);
    const outcomes = Promise.allSettled([
      cache.getOrSet('one', never),
      cache.getOrSet('one', () => 'not loaded'),
      cache.getOrSetMany(['two', 'three'], String, never),
    ]);
    await clock.advanceAsync(300_000 - 1);
    expect(cache.counts().loading).toBe(3);
    await clock.advanceAsync(1);
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: { name: 'CacheLoadTimeoutError' },
      });
    }
    expect(await cache.getOrSet('one', () => 1)).toBe(1);
    expect(await cache.getOrSetMany(['two', 'three'], String, () => [2, 3])).toEqual([2, 3]);
    expect(clock.pending).toBe(0);
    await cache.close();
  });

  it('has the bound that hardTimeout says, a longer one as well', async () => {
    const { cache, clock } = manualEngine();
    const row = deferred<number>();
    const read = cache.getOrSet('k', () => row.promise, { hardTimeout: 86_400 });
    await clock.advanceAsync(86_400_000 - 1);
    row.resolve(1);
    expect(await read).toBe(1);
    await cache.close();
  });
});

describe('A read-through without a loader', () => {
  it('is refused with one sentence, also where the value is there', async () => {
    const cache = engineOver(manualEngine().store);
    await cache.set('k', 1);
    // As from JavaScript.
    const none = undefined as unknown as () => number;
    for (const call of [
      () => cache.getOrSet('k', none),
      () => cache.getOrSet('k', none, { local: 1 }),
      () => cache.getOrSetEntry('k', none),
      () => cache.getOrSetMany(['k'], String, none as never),
      () => cache.getOrSetMany(['k'], none as never, () => []),
    ]) {
      await expect(call()).rejects.toThrow(
        /^(loader|loadMissing|toKey) must be a function, not und/,
      );
    }
  });
});
