import { expect, it } from '@jest/globals';
import { HttpException, NotFoundException } from '@nestjs/common';
import { CacheKeyInvalidError, CacheUnavailableError } from '@gad/cache';
import { deferred } from '../support/fixtures.js';
import { onBothStores } from '../support/both-stores.js';

onBothStores('Errors', (stage) => {
  it('a loader’s exception reaches the caller as it was thrown, so that Nest answers with its status', async () => {
    const { cache } = stage();
    const error = await cache
      .getOrSet('k', () => Promise.reject(new NotFoundException('usuario 9')))
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NotFoundException);
    if (!(error instanceof HttpException)) throw error;
    expect(error.getStatus()).toBe(404);
    expect(error.cause).toBeUndefined();
  });

  it('a failed load is not stored, and the next caller loads', async () => {
    const { cache, calls } = stage();
    let loads = 0;
    const sometimes = (): number => {
      if (++loads === 1) throw new Error('once');
      return loads;
    };
    await expect(cache.getOrSet('k', sometimes)).rejects.toThrow('once');
    expect(await cache.getOrSet('k', sometimes)).toBe(2);
    expect(calls.filled).toEqual(['k']);
  });

  it('a read that fails is a miss, and is counted', async () => {
    const { cache, faults } = stage();
    await cache.set('k', 'stored');
    faults.fail(['read', 'readMany', 'readWithLife', 'acquire']);
    expect(await cache.get('k')).toBeUndefined();
    expect(await cache.getMany(['k'])).toEqual([undefined]);
    expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded');
    expect((await cache.getStats()).local.errors).toBeGreaterThanOrEqual(3);
    faults.heal();
    expect(await cache.get('k')).toBe('stored');
  });

  it('a fill that fails costs the storing, not the value', async () => {
    const { cache, faults } = stage();
    faults.fail('fill', { times: 1 });
    const entry = await cache.getOrSetEntry('k', () => 1, { ttl: 60 });
    expect(entry).toMatchObject({ value: 1, hit: false, stored: false, ttl: 0 });
    expect(await cache.get('k')).toBeUndefined();
  });

  it('a failed set returns false, and the stored value stays', async () => {
    const { cache, faults } = stage();
    await cache.set('k', 'old');
    faults.fail('write', { times: 1 });
    expect(await cache.set('k', 'new')).toBe(false);
    expect(await cache.get('k')).toBe('old');
  });

  it.each([
    ['delete', 'remove'],
    ['deletePattern', 'remove'],
    ['clear', 'remove'],
  ] as const)('%s that failed is never reported as done', async (removal, operation) => {
    const { cache, faults } = stage();
    await cache.set('k:1', 1);
    const removals = {
      delete: () => cache.delete('k:1'),
      deletePattern: () => cache.deletePattern('k:*'),
      clear: () => cache.clear(),
    };
    faults.fail(operation, { times: 1 });
    await expect(removals[removal]()).rejects.toThrow(CacheUnavailableError);
    expect(await cache.get('k:1')).toBe(1);
    expect(await removals[removal]()).toBe(1);
  });

  it('a removal after a failed write is pending, and no old value is served until it is done', async () => {
    const { cache, faults } = stage();
    await cache.set('k:1', 'old');
    faults.fail('remove');
    expect(await cache.invalidate('k:*')).toBe(false);
    expect(await cache.get('k:1')).toBeUndefined();
    expect(await cache.getOrSet('k:1', () => 'new')).toBe('new');
    expect((await cache.getStats()).local.pending_removals).toBe(1);
    faults.heal();
    while ((await cache.getStats()).local.pending_removals > 0) await stage().pass(0.1);
    expect(await cache.get('k:1')).toBeUndefined();
  });

  it('single flight holds while the store is unavailable', async () => {
    const { cache, faults } = stage();
    faults.disconnect();
    const row = deferred<number>();
    let loads = 0;
    const readers = Array.from({ length: 20 }, () =>
      cache.getOrSet('k', () => {
        loads++;
        return row.promise;
      }),
    );
    row.resolve(1);
    expect(await Promise.all(readers)).toEqual(Array.from({ length: 20 }, () => 1));
    // The first reader's load, and one for all readers that came while it ran.
    expect(loads).toBeLessThanOrEqual(2);
  });

  it('an invalid key is refused before the store is called', async () => {
    const { cache, calls } = stage();
    await expect(cache.getOrSet('', () => 1)).rejects.toThrow(CacheKeyInvalidError);
    await expect(cache.set('a\nb', 1)).rejects.toThrow(CacheKeyInvalidError);
    await expect(cache.delete(['fine', ''])).rejects.toThrow(CacheKeyInvalidError);
    expect(calls.count()).toBe(0);
  });
});
