import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it, jest } from '@jest/globals';
import { testCache } from '@gad/cache/testing';
import { deferred, until } from '../support/fixtures.js';
import { onBothStores } from '../support/both-stores.js';

onBothStores('Single flight', (stage) => {
  it('many keys load side by side, each once, and no caller gets the value of another key', async () => {
    const { cache, calls } = stage();
    const loads = new Map<string, number>();
    const ask = (key: string) =>
      cache.getOrSet(key, async () => {
        loads.set(key, (loads.get(key) ?? 0) + 1);
        await new Promise((resolve) => setImmediate(resolve));
        return `value of ${key}`;
      });
    const keys = Array.from({ length: 200 }, (_, n) => `k:${n % 40}`);
    expect(await Promise.all(keys.map(ask))).toEqual(keys.map((key) => `value of ${key}`));
    expect([...loads.values()]).toEqual(Array.from({ length: 40 }, () => 1));
    expect(calls.count('fill')).toBe(40);
  });

  it('a slow key holds up no other', async () => {
    const { cache } = stage();
    const row = deferred<number>();
    const slow = cache.getOrSet('slow', () => row.promise);
    expect(await cache.getOrSet('quick', () => 1)).toBe(1);
    row.resolve(2);
    expect(await slow).toBe(2);
  });

  it('a loader may read and load other keys', async () => {
    const { cache } = stage();
    const part = (key: string) => cache.getOrSet(key, () => key.toUpperCase());
    const whole = await cache.getOrSet('ab', async () => (await part('a')) + (await part('b')));
    expect(whole).toBe('AB');
    expect(await cache.getMany(['ab', 'a', 'b'])).toEqual(['AB', 'A', 'B']);
  });

  it('a loader that reads its own key gets its own load, and no deadlock', async () => {
    const { cache, calls } = stage();
    const service = () => cache.getOrSetEntry('k', () => ({ of: 'service' }), { ttl: 60 });
    const handler = () => cache.getOrSet('k', async () => [(await service()).value], { ttl: 60 });
    const [first, joined] = await Promise.all([handler(), handler()]);
    expect([first, joined]).toEqual([[{ of: 'service' }], [{ of: 'service' }]]);
    // The outer load is what is stored.
    expect(await cache.get('k')).toEqual([{ of: 'service' }]);
    expect(calls.filled).toEqual(['k']);
  });

  it('a loader that reads its own key through another key ends, whatever the outcome', async () => {
    const { cache } = stage();
    const failure = new RangeError('no row');
    const inner = () => cache.getOrSet('a', () => Promise.reject(failure));
    const outer = () => cache.getOrSet('a', () => cache.getOrSet('b', inner));
    await expect(outer()).rejects.toBe(failure);
    expect(await cache.getOrSet('b', () => 2)).toBe(2);
    expect(await cache.getOrSet('a', () => 1)).toBe(1);
  });

  it('the same key of another cache is another key to a loader', async () => {
    const { cache } = stage();
    const other = testCache({ prefix: 'other:' });
    const outer = () => other.cache.getOrSet('k', () => cache.getOrSet('k', () => 'inner'));
    expect(await outer()).toBe('inner');
    expect(await cache.get('k')).toBe('inner');
    await other.cache.onApplicationShutdown();
  });

  it('a call that a loader left running reads like any other caller', async () => {
    const { cache, calls } = stage();
    const left = deferred<undefined>();
    let later: Promise<number> | undefined;
    await cache.getOrSet('k', () => {
      later = left.promise.then(() => cache.getOrSet('k', () => 2));
      return 1;
    });
    await cache.delete('k');
    left.resolve(undefined);
    expect(await later).toBe(2);
    expect(calls.filled).toEqual(['k', 'k']);
  });

  it.each(['at once', 'later'])(
    'a loader that throws %s fails all its waiters, and the next caller loads',
    async (when) => {
      const { cache } = stage();
      const failure = new TypeError('no row');
      const started = deferred<undefined>();
      let loads = 0;
      const fail = (): Promise<number> => {
        loads++;
        if (when === 'at once') throw failure;
        return started.promise.then(() => Promise.reject(failure));
      };
      const callers = Array.from({ length: 5 }, () => cache.getOrSet('k', fail));
      const outcomes = Promise.allSettled(callers);
      if (when === 'later') await until(() => loads === 1);
      started.resolve(undefined);
      for (const outcome of await outcomes) {
        expect(outcome).toEqual({ status: 'rejected', reason: failure });
      }
      expect(loads).toBe(1);
      expect(await cache.getOrSet('k', () => 7)).toBe(7);
    },
  );

  it('instances that share a store make one load between them', async () => {
    const { cache, another } = stage();
    const others = await Promise.all([another(), another(), another()]);
    const caches = [cache, ...others.map((other) => other.cache)];
    const row = deferred<number>();
    let loads = 0;
    const load = (): Promise<number> => {
      loads++;
      return row.promise;
    };
    const readers = Promise.all(
      caches.flatMap((each) => Array.from({ length: 10 }, () => each.getOrSet('k', load))),
    );
    const waits = async (): Promise<number> => {
      const stats = await Promise.all(caches.map((each) => each.getStats()));
      return stats.reduce((sum, { local }) => sum + local.waits + local.joins, 0);
    };
    while ((await waits()) < 39) await new Promise((resolve) => setImmediate(resolve));
    row.resolve(9);
    expect(await readers).toEqual(Array.from({ length: 40 }, () => 9));
    expect(loads).toBe(1);
  });

  it('a value that is set during a load wins, and earlier readers get the loaded one', async () => {
    const { cache, calls } = stage();
    const row = deferred<string>();
    const reader = cache.getOrSet('k', () => row.promise);
    await until(() => calls.count('acquire') === 1);
    await cache.set('k', 'by hand');
    row.resolve('loaded');
    expect(await reader).toBe('loaded');
    expect(await cache.get('k')).toBe('by hand');
  });
});

describe('Single flight, of many caches', () => {
  it('all caches share one async context storage, as each one costs every promise of a process', async () => {
    const used = new Set<unknown>();
    const run = jest.spyOn(AsyncLocalStorage.prototype, 'run');
    for (const prefix of ['a:', 'b:', 'c:']) {
      const { cache } = testCache({ prefix });
      await cache.getOrSet('k', () => 1);
      await cache.onApplicationShutdown();
    }
    for (const context of run.mock.contexts) used.add(context);
    run.mockRestore();
    expect(used.size).toBe(1);
  });
});
