import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CacheEngine } from '@gad/cache';
import { CacheLoadTimeoutError, CacheOptionsError } from '@gad/cache';
import type { FakeClock } from '@gad/cache/testing';
import { settle } from '@gad/cache/testing';
import { deferred, logInto } from '../support/fixtures.js';
import { manualEngine } from '../support/manual-engine.js';
import { failOnStrays } from '../support/resources.js';

failOnStrays();

let cache: CacheEngine;
let clock: FakeClock;
let lines: string[];
let loads: number;
let source: number;
const load = (): number => {
  loads++;
  return source;
};

/** The loader's own class, which callers must see untouched. */
class SourceDown extends Error {}

const pass = (ms: number, on = clock): Promise<void> => on.advanceAsync(ms);

beforeEach(() => {
  lines = [];
  ({ cache, clock } = manualEngine({ log: logInto(() => lines) }));
  loads = 0;
  source = 1;
});
afterEach(() => cache.close());

describe('softTimeout', () => {
  const options = { ttl: 10, staleIfError: 60, softTimeout: 0.1, hardTimeout: 5 };

  it('serves the old value, and the load goes on and is stored', async () => {
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

  it('leaves a load behind that counts as background work, and that closing waits for', async () => {
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

  it('leaves no rejection to nobody when the load fails afterwards', async () => {
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

  it('waits on when there is no old value, or it was invalidated', async () => {
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
  it('aborts the signal and throws CacheLoadTimeoutError', async () => {
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

  it('bounds who waits for a load that has no bound of its own', async () => {
    const row = deferred<number>();
    const patient = cache.getOrSet('k', () => row.promise);
    const hurried = cache.getOrSet('k', load, { hardTimeout: 1 });
    const outcome = expect(hurried).rejects.toBeInstanceOf(CacheLoadTimeoutError);
    await pass(1_000);
    await outcome;
    row.resolve(4);
    expect(await patient).toBe(4);
    expect(loads).toBe(0);
  });

  it('serves the old value instead, where staleIfError allows it', async () => {
    const options = { ttl: 10, staleIfError: 60, hardTimeout: 1 };
    await cache.getOrSet('k', load, options);
    await pass(10_000);
    const read = cache.getOrSet('k', () => new Promise<number>(() => undefined), options);
    await pass(1_000);
    expect(await read).toBe(1);
  });

  it('does not store what comes too late, nor mind what fails too late', async () => {
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

  it('is thirty seconds in the background', async () => {
    const options = { ttl: 10, staleWhileRevalidate: 600 };
    await cache.getOrSet('k', load, options);
    await pass(10_000);
    await cache.getOrSet('k', () => new Promise<number>(() => undefined), options);
    await pass(29_999);
    expect(cache.counts().background).toBe(1);
    await pass(1);
    expect(cache.counts()).toMatchObject({ background: 0, refresh_errors: 1, loading: 0 });
  });
});

describe('A loader', () => {
  it('sets the terms of its entry once it knows the value', async () => {
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
    expect(await cache.getOrSetEntry('k', load, { staleWhileRevalidate: 4 })).toMatchObject({
      stale: true,
    });
  });

  it('can have its value returned and not stored', async () => {
    const entry = await cache.getOrSetEntry('k', (context) => {
      context.skipStore();
      return 1;
    });
    expect(entry).toMatchObject({ value: 1, stored: false });
    expect(await cache.get('k')).toBeUndefined();
  });

  it('is told whether somebody waits for the value', async () => {
    const options = { ttl: 10, staleWhileRevalidate: 20 };
    const seen: boolean[] = [];
    const note = ({ background }: { background: boolean }): number => seen.push(background);
    await cache.getOrSet('k', note, options);
    await pass(10_000);
    await cache.getOrSet('k', note, options);
    await settle();
    expect(seen).toEqual([false, true]);
  });

  it('hears of terms that make no sense as its own error', async () => {
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
    ['softTimeout', { softTimeout: 2, hardTimeout: 2 }],
    ['earlyRefresh', { earlyRefresh: 0 }],
    ['negativeTtl', { negativeTtl: -1 }],
  ])('are refused: %s %j', async (option, options) => {
    await expect(cache.getOrSet('k', load, options)).rejects.toMatchObject({ option });
    expect(loads).toBe(0);
  });
});

describe('Closing', () => {
  it('waits for refreshes, and at last tells their loaders to stop', async () => {
    const options = { ttl: 10, staleWhileRevalidate: 20 };
    await cache.getOrSet('k', load, options);
    await pass(10_000);
    let aborted = false;
    await cache.getOrSet(
      'k',
      ({ signal }) =>
        new Promise<number>(() => signal.addEventListener('abort', () => (aborted = true))),
      options,
    );
    const closing = cache.close();
    await pass(999);
    expect(aborted).toBe(false);
    await pass(1);
    await closing;
    expect(aborted).toBe(true);
    expect(cache.counts().background).toBe(0);
    expect(lines).toContain('Cache: closed with 1 loads under way in the background.');
  });

  it('starts no refresh any more', async () => {
    const options = { ttl: 10, staleWhileRevalidate: 20 };
    await cache.getOrSet('k', load, options);
    await pass(10_000);
    const read = cache.getOrSet('k', load, options);
    const closing = cache.close();
    await Promise.all([read, closing]);
    expect(loads).toBeLessThanOrEqual(2);
    expect(cache.counts().background).toBe(0);
  });
});
