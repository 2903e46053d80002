import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LoadContext } from '@gad/cache';
import type { CacheEngine, CacheStore } from '@gad/cache/store';
import { MemoryStore } from '@gad/cache/store';
import { deferred, engineOver, openRedisStore, until } from '../support/fixtures.js';
import { failOnLeaks } from '../support/resources.js';
import { storePairs } from '../support/store-pairs.js';

failOnLeaks();

const { server } = storePairs();
const PROCESSES = 4;

/** Four processes over the same data. */
const fleets = [
  [
    'in-process store',
    () => {
      const store = new MemoryStore();
      return Promise.resolve(Array.from({ length: PROCESSES }, () => store));
    },
  ],
  [
    'Redis store',
    async () => {
      await server().command('FLUSHDB');
      return Promise.all(Array.from({ length: PROCESSES }, () => openRedisStore(server())));
    },
  ],
] as const;

const circle: Record<string, unknown> = {};
circle['self'] = circle;

/** What ends a load with nothing to store. */
const NOTHING: readonly (readonly [string, (way: LoadContext) => unknown])[] = [
  ['an error', () => Promise.reject(new RangeError('no row'))],
  ['undefined', () => undefined],
  [
    'skipStore',
    (way) => {
      way.skipStore();
      return 1;
    },
  ],
  ['null with negativeTtl 0', () => null],
  ['a value that cannot be serialised', () => circle],
  ['a value that is too large', () => 'x'.repeat(2_000_000)],
];

describe.each(fleets)('A key that yields nothing to store, on the %s:', (_, fleet) => {
  let stores: readonly CacheStore[];
  let caches: readonly CacheEngine[];
  let gate: ReturnType<typeof deferred<undefined>>;
  let running: number;

  beforeEach(async () => {
    stores = await fleet();
    caches = stores.map((store) => engineOver(store));
    [gate, running] = [deferred<undefined>(), 0];
  });
  afterEach(() => Promise.all(stores.map((store) => store.close())));

  const first = (): CacheEngine => caches[0] ?? engineOver(new MemoryStore());
  const waits = (): number => caches.reduce((sum, cache) => sum + cache.counts().waits, 0);

  /** A load that is counted, and ends with what `yields` gives when the gate opens. */
  async function ask(cache: CacheEngine, yields: (way: LoadContext) => unknown): Promise<unknown> {
    const options = { ttl: 60, negativeTtl: 0 };
    const load = async (way: LoadContext): Promise<unknown> => {
      running++;
      await gate.promise;
      return yields(way);
    };
    return cache.getOrSet('k', load, options).catch((error: unknown) => error);
  }

  /** Lets all loads under way end, and begins to count anew. */
  async function end(asked: readonly Promise<unknown>[]): Promise<void> {
    gate.resolve(undefined);
    await Promise.all(asked);
    [gate, running] = [deferred<undefined>(), 0];
  }

  /** One load without a value. */
  async function mark(yields: (way: LoadContext) => unknown = () => undefined): Promise<void> {
    const asked = ask(first(), yields);
    await until(() => running === 1);
    await end([asked]);
  }

  it.each(NOTHING)(
    'after the first load (%s) its waiters load side by side',
    async (_what, yields) => {
      const asked = [ask(first(), yields)];
      await until(() => running === 1);
      for (const cache of caches.slice(1)) asked.push(ask(cache, yields));
      await until(() => waits() >= PROCESSES - 1);
      const held = gate;
      [gate, running] = [deferred<undefined>(), 0];
      held.resolve(undefined);
      await asked[0];
      await until(() => running === PROCESSES - 1);
      await end(asked);
    },
  );

  it.each(NOTHING)(
    'after the first load (%s) no process waits for another',
    async (_what, yields) => {
      await mark(yields);
      for (let wave = 0; wave < 3; wave++) {
        const asked = caches.map((cache) => ask(cache, yields));
        await until(() => running === PROCESSES);
        await end(asked);
      }
      expect(waits()).toBe(0);
    },
  );

  it('a marked key is loaded once in a process, for all its callers', async () => {
    await mark();
    const asked = caches.flatMap((cache) => [1, 2, 3].map(() => ask(cache, () => undefined)));
    await until(() => caches.every((cache) => cache.counts().joins === 2));
    await until(() => running >= PROCESSES);
    await end(asked);
    expect(caches.map((cache) => cache.counts().loads)).toEqual([2, 1, 1, 1]);
  });

  it.each([
    ['a removal', (cache: CacheEngine) => cache.delete('k')],
    ['a pattern', (cache: CacheEngine) => cache.deletePattern('k*')],
    ['a clear', (cache: CacheEngine) => cache.clear()],
  ])('a marked key is loaded by one process for all again after %s', async (_what, remove) => {
    await mark();
    expect(await remove(caches[1] ?? first())).toBe(0);
    const asked = caches.map((cache) => ask(cache, () => 'value'));
    await until(() => running > 0 && waits() >= PROCESSES - 1);
    expect(running).toBe(1);
    await end(asked);
    expect(await Promise.all(asked)).toEqual(asked.map(() => 'value'));
  });

  it('a marked key takes the first value that can be stored, and none from before an invalidation', async () => {
    await mark();
    const before = caches.map((cache) => ask(cache, () => 'old'));
    await until(() => running === PROCESSES);
    await first().delete('k');
    await end(before);
    expect(await first().get('k')).toBeUndefined();
    await mark();
    let order = 0;
    const asked = caches.map((cache) => ask(cache, () => `value ${++order}`));
    await until(() => running === PROCESSES);
    await end(asked);
    const stored = await first().get('k');
    expect(stored).toMatch(/^value \d$/);
    expect(await Promise.all(caches.map((cache) => cache.getOrSet('k', () => 'late')))).toEqual(
      caches.map(() => stored),
    );
  });

  it('a marked key lets an expired value be refreshed side by side', async () => {
    const options = { ttl: 0.001, staleIfError: 60 };
    await first().getOrSet('k', () => 'old', options);
    // A server's time cannot be moved.
    const since = performance.now();
    await until(() => performance.now() - since > 20);
    const refresh = (cache: CacheEngine) =>
      cache.getOrSet(
        'k',
        async () => {
          running++;
          await gate.promise;
          return undefined;
        },
        options,
      );
    const one = refresh(first());
    await until(() => running === 1);
    await end([one]);
    const asked = caches.map(refresh);
    await until(() => running === PROCESSES);
    await end(asked);
    expect(await Promise.all(asked)).toEqual(asked.map(() => undefined));
  });

  it.each([
    ['unknown ids', (ids: readonly number[]) => ids.map(() => undefined)],
    ['a failure', () => Promise.reject(new RangeError('no rows'))],
  ])('a batch with %s makes one call a process, not one a caller', async (_what, answer) => {
    let calls = 0;
    const ids = [1, 2, 3];
    const batch = (cache: CacheEngine) =>
      cache
        .getOrSetMany(ids, String, async (missing) => {
          calls++;
          await gate.promise;
          return answer(missing);
        })
        .catch((error: unknown) => error);
    const asked = [batch(first())];
    await until(() => first().counts().loads === 3);
    for (let late = 1; late <= 4; late++) {
      asked.push(batch(first()));
      await until(() => first().counts().joins === late * 3);
    }
    expect(calls).toBe(1);
    await end(asked);
    expect(calls).toBe(1);
    const wave = caches.flatMap((cache) => [batch(cache), batch(cache)]);
    await until(() => calls === 1 + PROCESSES);
    await until(() => caches.every((cache) => cache.counts().joins >= 3));
    await end(wave);
    expect(calls).toBe(1 + PROCESSES);
  });
});

describe('A key that yields nothing to store', () => {
  it('the marker looks like an expired lease to a release that does not know it', async () => {
    await server().command('FLUSHDB');
    const store = await openRedisStore(server());
    const cache = engineOver(store);
    await cache.getOrSet('k', () => undefined);
    expect(await server().command('STRLEN', 'gad:k')).toBe(37);
    expect(await server().command('GETRANGE', 'gad:k', '0', '0')).toBe('\x01');
    expect(Number(await server().command('GETRANGE', 'gad:k', '24', '36'))).toBeLessThan(0);
    await store.close();
  });
});
