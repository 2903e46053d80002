import { describe, expect, it } from '@jest/globals';
import { CacheUnavailableError } from '@gad/cache';
import { settle } from '@gad/cache/testing';
import { onBothStores } from '../support/both-stores.js';
import { deferred, until } from '../support/fixtures.js';
import { SourceDown } from '../support/manual-engine.js';
import { failOnLeaks } from '../support/resources.js';
import { cache, fail, load, pass, source, store, useTimedSource } from '../support/timed-source.js';
import { storePairs } from '../support/store-pairs.js';
import { twoEngines } from '../support/two-engines.js';

failOnLeaks();
useTimedSource();

describe('staleIfError', () => {
  const options = { ttl: 10, staleIfError: 60 };

  it('the loader is called first, and the stale value is served when it fails', async () => {
    await cache.getOrSet('k', load, options);
    await pass(10_000);
    const entry = await cache.getOrSetEntry('k', fail, options);
    expect(entry).toMatchObject({ value: 1, hit: true, stale: true, ttl: 0 });
    expect(source.loads).toBe(2);
    await pass(2_000);
    source.value = 2;
    expect(await cache.getOrSet('k', load, options)).toBe(2);
  });

  it('a failing source is spared for two seconds, but called for readers without the option', async () => {
    await cache.getOrSet('k', load, options);
    await pass(10_000);
    await cache.getOrSet('k', fail, options);
    expect(await cache.getOrSet('k', load, options)).toBe(1);
    expect(source.loads).toBe(2);
    source.value = 3;
    expect(await cache.getOrSet('k', load, { ttl: 10 })).toBe(3);
    expect(await cache.get('k')).toBe(3);
  });

  it('the loader’s own error is thrown when there is no value to serve', async () => {
    await expect(cache.getOrSet('k', fail, options)).rejects.toBeInstanceOf(SourceDown);
    await cache.getOrSet('k', load, options);
    await pass(70_000);
    await expect(cache.getOrSet('k', fail, options)).rejects.toBeInstanceOf(SourceDown);
    await cache.getOrSet('j', load, options);
    await pass(20_000);
    await expect(cache.getOrSet('j', fail, { ttl: 10 })).rejects.toBeInstanceOf(SourceDown);
  });

  it('a value that was invalidated while the loader failed is not served', async () => {
    await cache.getOrSet('k', load, options);
    await pass(10_000);
    const row = deferred<number>();
    const read = cache.getOrSet('k', () => row.promise, options);
    await settle();
    await cache.delete('k');
    row.reject(new SourceDown('down'));
    await expect(read).rejects.toBeInstanceOf(SourceDown);
  });

  it('a failed load serves the stale value to the leader and its waiters', async () => {
    await cache.getOrSet('k', load, options);
    await pass(10_000);
    const row = deferred<number>();
    const reads = Promise.all(
      Array.from({ length: 10 }, () => cache.getOrSet('k', () => row.promise, options)),
    );
    await settle();
    row.reject(new SourceDown('down'));
    expect(await reads).toEqual(Array.from({ length: 10 }, () => 1));
    expect(cache.counts().load_errors).toBe(1);
  });

  it('without the store there is no stale value to serve', async () => {
    await cache.getOrSet('k', load, options);
    await pass(10_000);
    const offline = (): Promise<never> =>
      Promise.reject(new CacheUnavailableError('offline', 'unavailable'));
    Object.assign(store, { readWithLife: offline, acquire: offline, acquireRefresh: offline });
    await expect(cache.getOrSet('k', fail, options)).rejects.toBeInstanceOf(SourceDown);
  });
});

onBothStores('staleIfError', (stage) => {
  const GRACE = { ttl: 10, staleIfError: 50 };
  const down = (): Promise<never> => Promise.reject(new SourceDown('down'));

  it('a stale value stands in for a failing loader, which is called again later', async () => {
    const { cache, pass } = stage();
    await cache.getOrSet('k', () => 'old', GRACE);
    await pass(10);
    expect(await cache.getOrSetEntry('k', down, GRACE)).toMatchObject({
      value: 'old',
      stale: true,
      ttl: 0,
    });
    await pass(2);
    expect(await cache.getOrSet('k', () => 'new', GRACE)).toBe('new');
  });

  it('a value past its stale window is gone, and the loader’s error is thrown', async () => {
    const { cache, pass } = stage();
    await cache.getOrSet('k', () => 'old', GRACE);
    await pass(60);
    await expect(cache.getOrSet('k', down, GRACE)).rejects.toBeInstanceOf(SourceDown);
  });

  it('a loader that throws before it returns a promise fails like any other', async () => {
    const { cache, pass } = stage();
    const thrower = (): string => {
      throw new SourceDown('at once');
    };
    await cache.getOrSet('k', () => 'old', GRACE);
    await pass(10);
    expect(await cache.getOrSet('k', thrower, GRACE)).toBe('old');
    await expect(cache.getOrSet('cold', thrower, GRACE)).rejects.toBeInstanceOf(SourceDown);
  });

  it('a removed value is not served when the loader fails', async () => {
    const { cache, pass } = stage();
    await cache.getOrSet('k', () => 'old', GRACE);
    await pass(10);
    expect(await cache.delete('k')).toBe(1);
    await expect(cache.getOrSet('k', down, GRACE)).rejects.toBeInstanceOf(SourceDown);
    expect(await cache.getOrSet('k', () => 'new', GRACE)).toBe('new');
  });
});

const { pairs } = storePairs();

describe.each(pairs)(
  'staleIfError and an invalidation by another process, on the %s:',
  (_, pair) => {
    /** Two processes, of which one loads a value whose ttl is over while the other removes it. */
    async function loading() {
      const { stores, cache: mine, other } = await twoEngines(pair);
      await mine.getOrSet('k', () => 1, { ttl: 0.001, staleIfError: 600 });
      while ((await other.get('k')) !== undefined) await new Promise(setImmediate);
      const row = deferred<number>();
      const read = mine.getOrSet('k', () => row.promise, { ttl: 0.001, staleIfError: 600 });
      await until(() => mine.counts().loads === 2);
      await other.delete('k');
      const close = async (): Promise<void> => {
        await Promise.all([mine.close(), other.close()]);
        await Promise.all(stores.map((one) => one.close()));
      };
      return { read, row, other, close };
    }

    it('an invalidated stale value is not served when the load fails', async () => {
      const { read, row, close } = await loading();
      row.reject(new RangeError('down'));
      await expect(read).rejects.toBeInstanceOf(RangeError);
      await close();
    });

    it('a value that was filled after the invalidation is served when the load fails', async () => {
      const { read, row, other, close } = await loading();
      await other.getOrSet('k', () => 2, { ttl: 600, staleIfError: 600 });
      row.reject(new RangeError('down'));
      expect(await read).toBe(2);
      await close();
    });
  },
);
