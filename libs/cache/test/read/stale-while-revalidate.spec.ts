import { describe, expect, it } from '@jest/globals';
import { runWithCacheDeadline } from '@gad/cache';
import { settle } from '@gad/cache/testing';
import { figures, idle, onBothStores } from '../support/both-stores.js';
import { deferred, until } from '../support/fixtures.js';
import { SourceDown } from '../support/manual-engine.js';
import { failOnLeaks } from '../support/resources.js';
import {
  cache,
  clock,
  fail,
  lines,
  load,
  pass,
  source,
  useTimedSource,
} from '../support/timed-source.js';

failOnLeaks();
useTimedSource();

describe('staleWhileRevalidate', () => {
  const options = { ttl: 10, staleWhileRevalidate: 20 };

  it('a fresh value is served without loading, with the time left', async () => {
    await cache.getOrSet('k', load, options);
    await pass(4_000);
    const entry = await cache.getOrSetEntry('k', load, options);
    expect(entry).toMatchObject({ value: 1, hit: true, stale: false, ttl: 6 });
    expect(source.loads).toBe(1);
  });

  it('a stale value is served at once while one refresh runs, and the new one after it', async () => {
    await cache.getOrSet('k', load, options);
    await pass(10_000);
    source.value = 2;
    const row = deferred<number>();
    const slow = (): Promise<number> => {
      source.loads++;
      return row.promise;
    };
    const reads = await Promise.all(
      Array.from({ length: 20 }, () => cache.getOrSetEntry('k', slow, options)),
    );
    expect(reads.every(({ value, stale, ttl }) => value === 1 && stale && ttl === 0)).toBe(true);
    await settle();
    expect(source.loads).toBe(2);
    expect(cache.counts()).toMatchObject({ background: 1, stale_hits: 20 });
    row.resolve(2);
    await settle();
    const entry = await cache.getOrSetEntry('k', load, options);
    expect(entry).toMatchObject({ value: 2, stale: false, ttl: 10 });
    expect(source.loads).toBe(2);
    expect(cache.counts()).toMatchObject({ background: 0, refreshes: 1 });
  });

  it('a value past its stale window is loaded', async () => {
    await cache.getOrSet('k', load, options);
    await pass(30_000);
    source.value = 2;
    expect(await cache.getOrSetEntry('k', load, options)).toMatchObject({ value: 2, hit: false });
  });

  it('an invalidated value is not served stale', async () => {
    await cache.getOrSet('k', load, options);
    await pass(15_000);
    source.value = 2;
    expect(await cache.delete('k')).toBe(1);
    expect(await cache.getOrSet('k', load, options)).toBe(2);
  });

  it('the stale window is the reader’s own: get, and readers without one, see the value end with its ttl', async () => {
    await cache.getOrSet('k', load, options);
    expect(await cache.get('k')).toBe(1);
    await pass(10_000);
    expect(await cache.get('k')).toBeUndefined();
    expect(await cache.getMany(['k'])).toEqual([undefined]);
    source.value = 2;
    expect(await cache.getOrSet('k', load, { ttl: 10 })).toBe(2);
    expect(source.loads).toBe(2);
  });

  it('a fill by hand replaces a stale value', async () => {
    await cache.getOrSet('k', load, options);
    expect(await cache.acquireLease('k')).toBeUndefined();
    await pass(10_000);
    const token = await cache.acquireLease('k');
    expect(await cache.set('k', 5, { token })).toBe(true);
    expect(await cache.get('k')).toBe(5);
  });

  it('a refresh has a deadline budget of its own, not the used-up one of the request', async () => {
    await cache.getOrSet('k', load, options);
    await pass(10_000);
    source.value = 2;
    await runWithCacheDeadline(async () => {
      const read = cache.getOrSet('k', load, options);
      await clock.stall(60);
      expect(await read).toBe(1);
    });
    await settle();
    expect(await cache.get('k')).toBe(2);
  });

  it('a refresh that yields undefined or skips storing leaves the stale value in place', async () => {
    await cache.getOrSet<number | undefined>('k', load, options);
    await pass(10_000);
    await cache.getOrSet<number | undefined>('k', () => undefined, options);
    await settle();
    expect(await cache.getOrSet('k', (context) => (context.skipStore(), 7), options)).toBe(1);
    await settle();
    expect(await cache.getOrSetEntry('k', load, options)).toMatchObject({ value: 1, stale: true });
  });

  it('a loader can see whether it runs in the background', async () => {
    const options = { ttl: 10, staleWhileRevalidate: 20 };
    const seen: boolean[] = [];
    const note = ({ background }: { background: boolean }): number => seen.push(background);
    await cache.getOrSet('k', note, options);
    await pass(10_000);
    await cache.getOrSet('k', note, options);
    await settle();
    expect(seen).toEqual([false, true]);
  });
});

describe('A failed refresh', () => {
  const options = { ttl: 10, staleWhileRevalidate: 60 };

  it('a failed refresh is counted, is logged once per class of keys, and rejects no caller', async () => {
    await cache.getOrSet('a:1', load, options);
    await cache.getOrSet('a:2', load, options);
    await pass(10_000);
    await cache.getOrSet('a:1', fail, options);
    await cache.getOrSet('a:2', fail, options);
    await settle();
    expect(cache.counts()).toMatchObject({ refresh_errors: 2, load_errors: 2, background: 0 });
    expect(lines).toEqual(['Cache: refreshing a, such as a:1, failed: down']);
    await pass(2_000);
    await cache.getOrSet('a:1', load, options);
    await settle();
    expect(lines.at(-1)).toBe('Cache: refreshing a has recovered.');
  });

  it('a failed refresh spares the source for two seconds', async () => {
    await cache.getOrSet('k', load, options);
    await pass(10_000);
    for (let n = 0; n < 19; n++) {
      expect(await cache.getOrSet('k', fail, options)).toBe(1);
      await pass(100);
    }
    expect(source.loads).toBe(2);
    await pass(200);
    await cache.getOrSet('k', fail, options);
    await settle();
    expect(source.loads).toBe(3);
  });
});

describe('Closing', () => {
  it('closing waits for refreshes, and aborts their loaders after a second', async () => {
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
    expect(lines).toContain('Cache: closed with 1 background loads still running.');
  });

  it('closing starts no further refresh', async () => {
    const options = { ttl: 10, staleWhileRevalidate: 20 };
    await cache.getOrSet('k', load, options);
    await pass(10_000);
    const read = cache.getOrSet('k', load, options);
    const closing = cache.close();
    await Promise.all([read, closing]);
    expect(source.loads).toBeLessThanOrEqual(2);
    expect(cache.counts().background).toBe(0);
  });
});

onBothStores('staleWhileRevalidate', (stage) => {
  const SWR = { ttl: 10, staleWhileRevalidate: 50 };
  const down = (): Promise<never> => Promise.reject(new SourceDown('down'));

  it('a stale value is served to all callers at once, and refreshed once', async () => {
    const { cache, pass } = stage();
    await cache.getOrSet('k', () => 'old', SWR);
    await pass(10);
    const row = deferred<string>();
    let loads = 0;
    const slow = () => {
      loads++;
      return row.promise;
    };
    const asking = Array.from({ length: 30 }, () => cache.getOrSet('k', slow, SWR));
    expect(new Set(await Promise.all(asking))).toEqual(new Set(['old']));
    await until(() => loads > 0);
    row.resolve('new');
    await idle(stage());
    expect(await cache.getOrSetEntry('k', slow, SWR)).toMatchObject({ value: 'new', ttl: 10 });
    expect(loads).toBe(1);
  });

  it('a refreshed value has its whole ttl again', async () => {
    const { cache, pass } = stage();
    await cache.getOrSet('k', () => 'old', SWR);
    await pass(30);
    await cache.getOrSet('k', () => 'new', SWR);
    await idle(stage());
    await pass(9);
    expect(await cache.getOrSetEntry('k', () => 'newer', SWR)).toMatchObject({
      value: 'new',
      stale: false,
    });
  });

  it('a value past its stale window is gone', async () => {
    const { cache, pass } = stage();
    await cache.getOrSet('k', () => 'old', SWR);
    await pass(60);
    expect(await cache.exists('k')).toBe(false);
    expect(await cache.getOrSet('k', () => 'new', SWR)).toBe('new');
  });

  it('the stale value is served on while refreshes fail, and no caller sees their errors', async () => {
    const { cache, pass } = stage();
    await cache.getOrSet('k', () => 'old', SWR);
    await pass(10);
    for (let n = 0; n < 5; n++) {
      expect(await cache.getOrSet('k', down, SWR)).toBe('old');
      await idle(stage());
    }
    const { refresh_errors: failures, background } = await figures(stage());
    expect(failures).toBeGreaterThanOrEqual(1);
    expect(background).toBe(0);
  });

  it('a loader that throws before it returns a promise is a failed refresh', async () => {
    const { cache, pass } = stage();
    await cache.getOrSet('k', () => 'old', SWR);
    await pass(10);
    const thrower = (): string => {
      throw new SourceDown('at once');
    };
    expect(await cache.getOrSet('k', thrower, SWR)).toBe('old');
    await idle(stage());
  });

  it('a removed value is not served within its stale window', async () => {
    const { cache, pass } = stage();
    await cache.getOrSet('k', () => 'old', SWR);
    await pass(10);
    expect(await cache.delete('k')).toBe(1);
    await expect(cache.getOrSet('k', down, SWR)).rejects.toBeInstanceOf(SourceDown);
    expect(await cache.getOrSet('k', () => 'new', SWR)).toBe('new');
  });
});
