import { describe, expect, it } from '@jest/globals';
import { CacheOptionsError } from '@gad/cache';
import { onBothStores } from '../support/both-stores.js';
import { engineOver } from '../support/fixtures.js';
import { manualEngine } from '../support/manual-engine.js';
import { failOnLeaks } from '../support/resources.js';
import { cache, load, pass, source, useTimedSource } from '../support/timed-source.js';

failOnLeaks();
useTimedSource();

describe('The context of a loader', () => {
  it('a loader can adapt the ttl and the stale window once it knows the value', async () => {
    const entry = await cache.getOrSetEntry(
      'k',
      (context) => {
        context.adapt({ ttl: 3, staleWhileRevalidate: 4 });
        return 1;
      },
      { ttl: 100 },
    );
    expect(entry).toMatchObject({ stored: true, ttl: 3 });
    await pass(3_000);
    expect(await cache.get('k')).toBeUndefined();
    expect(await cache.getOrSetEntry('k', load, { ttl: 3, staleWhileRevalidate: 4 })).toMatchObject(
      {
        stale: true,
      },
    );
  });

  it('a loader can have its value returned and not stored', async () => {
    const entry = await cache.getOrSetEntry('k', (context) => {
      context.skipStore();
      return 1;
    });
    expect(entry).toMatchObject({ value: 1, stored: false });
    expect(await cache.get('k')).toBeUndefined();
  });

  it('options that a loader adapts wrongly are an error of that load', async () => {
    const read = cache.getOrSet('k', (context) => context.adapt({ ttl: -1 }));
    await expect(read).rejects.toBeInstanceOf(CacheOptionsError);
  });
});

describe('Options that make no sense', () => {
  it.each([
    ['staleWhileRevalidate', { staleWhileRevalidate: -1 }],
    ['staleIfError', { staleIfError: Number.NaN }],
    ['softTimeout', { softTimeout: 0 }],
    ['hardTimeout', { hardTimeout: -1 }],
    ['softTimeout', { ttl: 9, staleIfError: 9, softTimeout: 2, hardTimeout: 2 }],
    ['earlyRefresh', { earlyRefresh: 0 }],
    ['earlyRefresh', { earlyRefresh: 'yes' as never }],
    ['ttl', { ttl: '60' as never }],
    ['negativeTtl', { negativeTtl: -1 }],
  ])('the option %s is refused: %j', async (option, options) => {
    await expect(cache.getOrSet('k', load, options)).rejects.toMatchObject({ option });
    expect(source.loads).toBe(0);
  });

  it('a refused value is shown with its type', async () => {
    const refused = cache.getOrSet('k', load, { ttl: '60' as never });
    await expect(refused).rejects.toThrow(/not '60';/);
    const none = cache.getOrSet('k', load, { ttl: Object.create(null) as never });
    await expect(none).rejects.toThrow(CacheOptionsError);
  });

  it('a read-through without a loader is refused with one sentence, even for a hit', async () => {
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

onBothStores('The context of a loader', (stage) => {
  it('a loader decides by its value whether it is stored, and with which ttl', async () => {
    const { cache, pass } = stage();
    const token = await cache.getOrSetEntry(
      'token',
      (context) => {
        context.adapt({ ttl: 5 });
        return 'for five seconds';
      },
      { ttl: 3_600 },
    );
    expect(token).toMatchObject({ stored: true, ttl: 5 });
    const partial = await cache.getOrSetEntry('partial', (context) => {
      context.skipStore();
      return 'half of it';
    });
    expect(partial).toMatchObject({ value: 'half of it', stored: false });
    expect(await cache.getMany(['token', 'partial'])).toEqual(['for five seconds', undefined]);
    await pass(5);
    expect(await cache.get('token')).toBeUndefined();
  });
});
