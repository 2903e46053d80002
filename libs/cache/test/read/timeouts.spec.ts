import { describe, expect, it } from '@jest/globals';
import type { GetOrSetOptions } from '@gad/cache';
import { CacheLoadTimeoutError } from '@gad/cache';
import { settle } from '@gad/cache/testing';
import { figures, idle, onBothStores } from '../support/both-stores.js';
import { deferred, until } from '../support/fixtures.js';
import { SourceDown } from '../support/manual-engine.js';
import { failOnLeaks } from '../support/resources.js';
import { cache, clock, load, pass, source, useTimedSource } from '../support/timed-source.js';

failOnLeaks();
useTimedSource();

describe('softTimeout', () => {
  const options = { ttl: 10, staleIfError: 60, softTimeout: 0.1, hardTimeout: 5 };

  it('after the soft timeout the stale value is served, and the load goes on and is stored', async () => {
    await cache.getOrSet('k', load, options);
    await pass(10_000);
    const row = deferred<number>();
    const read = cache.getOrSetEntry('k', () => row.promise, options);
    await pass(100);
    expect(await read).toMatchObject({ value: 1, stale: true });
    row.resolve(2);
    await settle();
    expect(await cache.get('k')).toBe(2);
  });

  it('a load past its soft timeout counts as background work, which closing waits for', async () => {
    await cache.getOrSet('k', load, options);
    await pass(10_000);
    const row = deferred<number>();
    const read = cache.getOrSet('k', () => row.promise, options);
    await pass(100);
    expect(await read).toBe(1);
    expect(cache.counts().background).toBe(1);
    let closed = false;
    const closing = cache.close().then(() => (closed = true));
    await settle();
    expect(closed).toBe(false);
    row.resolve(2);
    await closing;
    expect(cache.counts().background).toBe(0);
  });

  it('a load that fails past its soft timeout is counted, and is no unhandled rejection', async () => {
    await cache.getOrSet('k', load, options);
    await pass(10_000);
    const row = deferred<number>();
    const read = cache.getOrSet('k', () => row.promise, options);
    await pass(100);
    expect(await read).toBe(1);
    row.reject(new SourceDown('down'));
    await settle();
    expect(cache.counts().load_errors).toBe(1);
  });

  it('the soft timeout does not end the wait when there is no stale value, or it was invalidated', async () => {
    const cold = deferred<number>();
    const first = cache.getOrSet('k', () => cold.promise, options);
    await pass(1_000);
    cold.resolve(1);
    expect(await first).toBe(1);
    await pass(10_000);
    const row = deferred<number>();
    const second = cache.getOrSet('k', () => row.promise, options);
    await settle();
    await cache.delete('k');
    await pass(1_000);
    row.resolve(2);
    expect(await second).toBe(2);
    expect(await cache.get('k')).toBeUndefined();
  });
});

describe('hardTimeout', () => {
  it('the hard timeout aborts the signal and throws CacheLoadTimeoutError', async () => {
    let signal: AbortSignal | undefined;
    const read = cache.getOrSet(
      'k',
      (context) => {
        signal = context.signal;
        return new Promise<number>(() => undefined);
      },
      { hardTimeout: 2 },
    );
    const outcome = expect(read).rejects.toBeInstanceOf(CacheLoadTimeoutError);
    await pass(2_000);
    await outcome;
    expect(signal?.aborted).toBe(true);
    expect(signal?.reason).toMatchObject({ code: 'CACHE_LOAD_TIMEOUT', key: 'k', afterMs: 2_000 });
    expect(cache.counts().loading).toBe(0);
    expect(await cache.getOrSet('k', load)).toBe(1);
  });

  it('a waiter’s hard timeout bounds its wait for a load that has none', async () => {
    const row = deferred<number>();
    const patient = cache.getOrSet('k', () => row.promise);
    const hurried = cache.getOrSet('k', load, { hardTimeout: 1 });
    const outcome = expect(hurried).rejects.toBeInstanceOf(CacheLoadTimeoutError);
    await pass(1_000);
    await outcome;
    row.resolve(4);
    expect(await patient).toBe(4);
    expect(source.loads).toBe(0);
  });

  it('at the hard timeout the stale value is served where staleIfError allows it', async () => {
    const options = { ttl: 10, staleIfError: 60, hardTimeout: 1 };
    await cache.getOrSet('k', load, options);
    await pass(10_000);
    const read = cache.getOrSet('k', () => new Promise<number>(() => undefined), options);
    await pass(1_000);
    expect(await read).toBe(1);
  });

  it('a value that comes after the hard timeout is not stored, and an error is ignored', async () => {
    const late = deferred<number>();
    const failing = deferred<number>();
    const reads = [
      cache.getOrSet('a', () => late.promise, { hardTimeout: 1 }),
      cache.getOrSet('b', () => failing.promise, { hardTimeout: 1 }),
    ];
    const outcomes = Promise.allSettled(reads);
    await pass(1_000);
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    late.resolve(1);
    failing.reject(new SourceDown('late'));
    await settle();
    expect(await cache.getMany(['a', 'b'])).toEqual([undefined, undefined]);
  });

  it('a background refresh has a hard timeout of thirty seconds', async () => {
    const options = { ttl: 10, staleWhileRevalidate: 600 };
    await cache.getOrSet('k', load, options);
    await pass(10_000);
    await cache.getOrSet('k', () => new Promise<number>(() => undefined), options);
    await pass(29_999);
    expect(cache.counts().background).toBe(1);
    await pass(1);
    expect(cache.counts()).toMatchObject({ background: 0, refresh_errors: 1, loading: 0 });
  });

  it('a load without a hard timeout is given up after five minutes, alone or for a batch', async () => {
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
  });

  it('a hard timeout may be longer than five minutes', async () => {
    const row = deferred<number>();
    const read = cache.getOrSet('k', () => row.promise, { hardTimeout: 86_400 });
    await clock.advanceAsync(86_400_000 - 1);
    row.resolve(1);
    expect(await read).toBe(1);
  });
});

onBothStores('Timeouts of a load', (stage) => {
  const GRACE = { ttl: 10, staleIfError: 50 };

  /** Begins a load that does not end by itself, and lets `seconds` pass for it. */
  async function slowly<T>(begin: (loader: () => Promise<T>) => Promise<T>, seconds: number) {
    const row = deferred<T>();
    let begun = false;
    const outcome = begin(() => {
      begun = true;
      return row.promise;
    }).then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    await until(() => begun);
    await stage().pass(seconds);
    return { row, outcome };
  }

  /** As above, where the store holds a value whose ttl is over. */
  async function slowlyAnew(options: GetOrSetOptions) {
    const { cache, pass } = stage();
    await cache.getOrSet('k', () => 'old', options);
    await pass(10);
    return slowly((slow: () => Promise<string>) => cache.getOrSet('k', slow, options), 0.1);
  }

  it('a stale value is served at the soft timeout, and the load is stored when it ends', async () => {
    const { cache } = stage();
    const options = { ...GRACE, softTimeout: 0.1 };
    const { row, outcome } = await slowlyAnew(options);
    expect(await outcome).toEqual({ value: 'old' });
    row.resolve('new');
    await idle(stage());
    expect(await cache.get('k')).toBe('new');
  });

  it('a load that fails after the soft timeout rejects no caller', async () => {
    const options = { ...GRACE, softTimeout: 0.1 };
    const { row, outcome } = await slowlyAnew(options);
    expect(await outcome).toEqual({ value: 'old' });
    row.reject(new SourceDown('late'));
    await idle(stage());
    expect(await figures(stage())).toMatchObject({ load_errors: 1, background: 0 });
  });

  it('after the hard timeout the next load begins at once, and the late value is not stored', async () => {
    const { cache } = stage();
    const { row, outcome } = await slowly(
      (slow) => cache.getOrSet('k', slow, { hardTimeout: 0.1 }),
      0.1,
    );
    expect(await outcome).toMatchObject({ error: expect.any(CacheLoadTimeoutError) });
    // The caller’s timeout began, and ended, before the loader’s.
    while ((await figures(stage())).loading > 0) await new Promise(setImmediate);
    expect(await cache.getOrSet('k', () => 'quick')).toBe('quick');
    row.resolve('late');
    await idle(stage());
    expect(await cache.get('k')).toBe('quick');
  });

  it('a stale value is served at the hard timeout where it may be served', async () => {
    const options = { ...GRACE, hardTimeout: 0.1 };
    const { row, outcome } = await slowlyAnew(options);
    expect(await outcome).toEqual({ value: 'old' });
    row.resolve('late');
    await idle(stage());
  });
});
