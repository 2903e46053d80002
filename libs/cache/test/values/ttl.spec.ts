import { expect, it } from '@jest/globals';
import { onBothStores } from '../support/both-stores.js';

onBothStores('Time to live', (stage) => {
  it('a value is served until its ttl is over, and not after it', async () => {
    const { cache, pass } = stage();
    await cache.set('k', 1, { ttl: 60 });
    await pass(50);
    expect(await cache.get('k')).toBe(1);
    await pass(10);
    expect(await cache.get('k')).toBeUndefined();
  });

  it('a value without a ttl stays until it is removed', async () => {
    const { cache, pass } = stage();
    await cache.set('k', 1);
    await pass(1e7);
    expect(await cache.get('k')).toBe(1);
    expect(await cache.delete('k')).toBe(1);
  });

  it('a hit does not lengthen the ttl', async () => {
    const { cache, pass } = stage();
    await cache.set('k', 1, { ttl: 60 });
    for (let turn = 0; turn < 5; turn++) {
      await pass(10);
      expect(await cache.getOrSet('k', () => 2, { ttl: 60 })).toBe(1);
    }
    await pass(10);
    expect(await cache.getOrSet('k', () => 2, { ttl: 60 })).toBe(2);
  });

  it('a second store brings its own ttl, or none', async () => {
    const { cache, pass } = stage();
    await cache.set('longer', 1, { ttl: 10 });
    await cache.set('longer', 2, { ttl: 100 });
    await cache.set('endless', 1, { ttl: 10 });
    await cache.set('endless', 2);
    await cache.set('shorter', 1);
    await cache.set('shorter', 2, { ttl: 10 });
    await pass(10);
    expect(await cache.getMany(['longer', 'endless', 'shorter'])).toEqual([2, 2, undefined]);
    expect(await cache.ttl('endless')).toBeNull();
  });

  it('a ttl may be a fraction of a second', async () => {
    const { cache, pass } = stage();
    await cache.set('k', 1, { ttl: 2.5 });
    expect(await cache.ttl('k')).toBe(3);
    await pass(2.5);
    expect(await cache.exists('k')).toBe(false);
  });

  it('the fill decides the ttl; a later reader’s ttl changes nothing', async () => {
    const { cache, pass } = stage();
    await cache.getOrSet('k', () => 1, { ttl: 60 });
    await cache.getOrSet('k', () => 2, { ttl: 6_000 });
    await pass(60);
    expect(await cache.getOrSet('k', () => 3, { ttl: 60 })).toBe(3);
  });

  it('a reader never gets a longer ttl than its own', async () => {
    const { cache } = stage();
    await cache.set('k', 1, { ttl: 300 });
    expect(await cache.getOrSetEntry('k', () => 2, { ttl: 5 })).toMatchObject({
      hit: true,
      ttl: 5,
    });
  });

  it('ttl() gives whole seconds, rounded up, and distinguishes endless from absent', async () => {
    const { cache, pass } = stage();
    await cache.set('k', 1, { ttl: 60 });
    await cache.set('endless', 1);
    await pass(29);
    expect(await cache.ttl('k')).toBe(31);
    expect(await cache.ttl('endless')).toBeNull();
    expect(await cache.ttl('absent')).toBeUndefined();
  });

  it('each key of a batch expires by its own ttl', async () => {
    const { cache, pass } = stage();
    await cache.set('a', 1, { ttl: 10 });
    await cache.setMany(
      [
        { key: 'b', value: 2 },
        { key: 'c', value: 3 },
      ],
      { ttl: 20 },
    );
    await pass(10);
    expect(await cache.getMany(['a', 'b', 'c'])).toEqual([undefined, 2, 3]);
    await pass(10);
    expect(await cache.getMany(['a', 'b', 'c'])).toEqual([undefined, undefined, undefined]);
  });
});
