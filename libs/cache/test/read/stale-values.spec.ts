import { expect, it } from '@jest/globals';
import type { GetOrSetOptions } from '@gad/cache';
import { CacheLoadTimeoutError } from '@gad/cache';
import { deferred, until } from '../support/fixtures.js';
import { failOnStrays } from '../support/resources.js';
import type { Stage } from '../support/both-stores.js';
import { onBothStores } from '../support/both-stores.js';

failOnStrays();

/** The loader's own class, which callers must see untouched. */
class SourceDown extends Error {}

const down = (): Promise<never> => Promise.reject(new SourceDown('down'));
const figures = async ({ cache }: Stage) => (await cache.getStats()).local;

/** Until nothing is refreshed in the background any more. */
async function idle(stage: Stage): Promise<void> {
  while ((await figures(stage)).background > 0) await new Promise(setImmediate);
}

onBothStores('Values beyond their ttl', (stage) => {
  const SWR = { ttl: 10, staleWhileRevalidate: 50 };
  const GRACE = { ttl: 10, staleIfError: 50 };

  it('an old value is served at once to all who ask, and loaded anew once', async () => {
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

  it('an old value that was loaded anew has its whole life before it', async () => {
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

  it('behind its time an old value is gone, for whoever asks and however the loader fares', async () => {
    const { cache, pass } = stage();
    await cache.getOrSet('swr', () => 'old', SWR);
    await cache.getOrSet('grace', () => 'old', GRACE);
    await pass(60);
    expect(await cache.exists('swr')).toBe(false);
    expect(await cache.getOrSet('swr', () => 'new', SWR)).toBe('new');
    await expect(cache.getOrSet('grace', down, GRACE)).rejects.toBeInstanceOf(SourceDown);
  });

  it('a refresh that fails is a rejection to nobody, and the old value goes on being served', async () => {
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

  it('a loader that throws before it returns a promise fails like any other', async () => {
    const { cache, pass } = stage();
    const thrower = (): string => {
      throw new SourceDown('at once');
    };
    await cache.getOrSet('swr', () => 'old', SWR);
    await cache.getOrSet('grace', () => 'old', GRACE);
    await pass(10);
    expect(await cache.getOrSet('swr', thrower, SWR)).toBe('old');
    expect(await cache.getOrSet('grace', thrower, GRACE)).toBe('old');
    await idle(stage());
    await expect(cache.getOrSet('cold', thrower, GRACE)).rejects.toBeInstanceOf(SourceDown);
  });

  it('a failing loader is answered for with the old value, and asked again later', async () => {
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

  it('a value that was removed is served to nobody, old or not', async () => {
    const { cache, pass } = stage();
    for (const [key, options] of [
      ['swr', SWR],
      ['grace', GRACE],
    ] as const) {
      await cache.getOrSet(key, () => 'old', options);
      await pass(10);
      expect(await cache.delete(key)).toBe(1);
      await expect(cache.getOrSet(key, down, options)).rejects.toBeInstanceOf(SourceDown);
      expect(await cache.getOrSet(key, () => 'new', options)).toBe('new');
    }
  });

  it('reading past the cache is removing first: nobody is served what was there', async () => {
    const { cache } = stage();
    await cache.getOrSet('k', () => 'old', { ttl: 60 });
    const row = deferred<string>();
    await cache.delete('k');
    const fresh = cache.getOrSet('k', () => row.promise, { ttl: 60 });
    const meanwhile = cache.getOrSet('k', () => 'not loaded', { ttl: 60 });
    row.resolve('new');
    expect(await Promise.all([fresh, meanwhile])).toEqual(['new', 'new']);
    expect(await cache.get('k')).toBe('new');
  });

  it('a loader decides by what it has loaded how long that lives, and whether', async () => {
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

onBothStores('Loaders that are slow', (stage) => {
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

  it('are answered for with the old value at the soft timeout, go on and are stored', async () => {
    const { cache } = stage();
    const options = { ...GRACE, softTimeout: 0.1 };
    const { row, outcome } = await slowlyAnew(options);
    expect(await outcome).toEqual({ value: 'old' });
    row.resolve('new');
    await idle(stage());
    expect(await cache.get('k')).toBe('new');
  });

  it('leave no rejection to nobody when they fail after the soft timeout', async () => {
    const options = { ...GRACE, softTimeout: 0.1 };
    const { row, outcome } = await slowlyAnew(options);
    expect(await outcome).toEqual({ value: 'old' });
    row.reject(new SourceDown('late'));
    await idle(stage());
    expect(await figures(stage())).toMatchObject({ load_errors: 1, background: 0 });
  });

  it('are given up at the hard timeout: the next load begins at once, what comes late is not stored', async () => {
    const { cache } = stage();
    const { row, outcome } = await slowly(
      (slow) => cache.getOrSet('k', slow, { hardTimeout: 0.1 }),
      0.1,
    );
    expect(await outcome).toMatchObject({ error: expect.any(CacheLoadTimeoutError) });
    // Its caller’s patience began, and ended, before the loader’s.
    while ((await figures(stage())).loading > 0) await new Promise(setImmediate);
    expect(await cache.getOrSet('k', () => 'quick')).toBe('quick');
    row.resolve('late');
    await idle(stage());
    expect(await cache.get('k')).toBe('quick');
  });

  it('are answered for with the old value at the hard timeout, too, where it may be served', async () => {
    const options = { ...GRACE, hardTimeout: 0.1 };
    const { row, outcome } = await slowlyAnew(options);
    expect(await outcome).toEqual({ value: 'old' });
    row.resolve('late');
    await idle(stage());
  });
});
