import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CacheEngine, CacheStore } from '@gad/cache/store';
import { settle } from '@gad/cache/testing';
import { deferred, logInto, until } from '../support/fixtures.js';
import { manualEngine } from '../support/manual-engine.js';
import { failOnLeaks } from '../support/resources.js';
import { storePairs } from '../support/store-pairs.js';
import { twoEngines } from '../support/two-engines.js';

failOnLeaks();

const { pairs } = storePairs();

describe.each(pairs)('Loads that need each other, on the %s:', (_, pair) => {
  let stores: CacheStore[];
  let cache: CacheEngine;

  beforeEach(async () => {
    ({ stores, cache } = await twoEngines(pair));
  });
  afterEach(() => Promise.all(stores.map((store) => store.close())));

  /** One caller for each key; each loader asks for the next key when all loaders have begun. */
  async function ring(size: number, ask: (key: string) => Promise<unknown>): Promise<unknown[]> {
    const all = deferred<undefined>();
    let begun = 0;
    const keys = Array.from({ length: size }, (_unused, at) => `k:${at}`);
    const callers = keys.map((key, at) =>
      cache.getOrSet(key, async () => {
        if (++begun === size) all.resolve(undefined);
        await all.promise;
        return [key, await ask(keys[(at + 1) % size] ?? '')];
      }),
    );
    return Promise.all(callers);
  }
  const alone = (key: string) => cache.getOrSet(key, () => `${key} alone`);

  it.each([2, 3, 7])('a cycle of %i loads ends, and its values are stored', async (size) => {
    const values = await ring(size, alone);
    expect(values.map((value) => (value as [string])[0])).toEqual(
      Array.from({ length: size }, (_unused, at) => `k:${at}`),
    );
    expect(JSON.stringify(values)).toContain(' alone');
    expect(await Promise.all(values.map((_value, at) => cache.get(`k:${at}`)))).toEqual(values);
    expect(cache.counts()).toMatchObject({ loading: 0, loads: size + 1 });
  });

  it('a cycle through batches ends', async () => {
    const values = await ring(3, (key) =>
      cache.getOrSetMany([key, `${key}:other`], String, (missing) =>
        missing.map((each) => `${each} alone`),
      ),
    );
    expect(values).toHaveLength(3);
    expect(cache.counts().loading).toBe(0);
  });

  it('a cycle of batches that each lead one key and need the other’s ends', async () => {
    const both = deferred<undefined>();
    let begun = 0;
    const answers = async (own: string, other: string): Promise<unknown> =>
      cache.getOrSetMany([own], String, async () => {
        if (++begun === 2) both.resolve(undefined);
        await both.promise;
        const [value] = await cache.getOrSetMany([other], String, () => [`${other} alone`]);
        return [[own, value]];
      });
    expect(await Promise.all([answers('a', 'b'), answers('b', 'a')])).toHaveLength(2);
    expect(await cache.get('a')).toBeDefined();
  });

  it('loads that call each other without end are an error, and the next load begins anew', async () => {
    const inside = (next: () => Promise<unknown>) => (key: string) => cache.getOrSet(key, next);
    const itself: () => Promise<unknown> = () => inside(itself)('a');
    const [b, c] = [() => inside(c1)('b'), () => inside(b1)('c')];
    async function b1(): Promise<unknown> {
      return b();
    }
    async function c1(): Promise<unknown> {
      return c();
    }
    const batch: () => Promise<unknown> = () =>
      cache.getOrSetMany(['d', 'e'], String, async (keys) => {
        await batch();
        return keys;
      });
    for (const endless of [itself, b, batch]) {
      await expect(endless()).rejects.toThrow(
        /^The loader of [a-e] reads [a-e] itself.*without end/,
      );
    }
    expect(cache.counts()).toMatchObject({ loading: 0 });
    expect(await Promise.all(['a', 'b', 'c', 'd', 'e'].map(alone))).toContain('a alone');
  });

  it('a cycle that is closed by another caller’s wait ends', async () => {
    // c waits for a, a waits for b; then b asks for c.
    const [a, b, c] = [deferred<undefined>(), deferred<undefined>(), deferred<undefined>()];
    const needs = (key: string, gate: Promise<unknown>, other: string) =>
      cache.getOrSet(key, async () => {
        await gate;
        return [key, await alone(other)];
      });
    const callers = [needs('a', a.promise, 'b'), needs('b', b.promise, 'c')];
    callers.push(needs('c', c.promise, 'a'));
    await until(() => cache.counts().loads === 3);
    c.resolve(undefined);
    await until(() => cache.counts().joins === 1);
    a.resolve(undefined);
    await until(() => cache.counts().joins === 2);
    b.resolve(undefined);
    expect(await Promise.all(callers)).toEqual([
      ['a', ['b', 'c alone']],
      ['b', 'c alone'],
      ['c', ['a', ['b', 'c alone']]],
    ]);
    expect(cache.counts().loads).toBe(4);
  });

  it('a cycle through a load that another load began ends', async () => {
    const gate = deferred<undefined>();
    const c = cache.getOrSet('c', async () => {
      await gate.promise;
      return ['c', await alone('a')];
    });
    await until(() => cache.counts().loads === 1);
    const a = cache.getOrSet('a', () => cache.getOrSet('b', async () => ['b', await alone('c')]));
    await until(() => cache.counts().joins === 1);
    gate.resolve(undefined);
    expect(await Promise.all([a, c])).toEqual([
      ['b', ['c', 'a alone']],
      ['c', 'a alone'],
    ]);
  });

  it('a wait that closes no cycle shares the load', async () => {
    const row = deferred<string>();
    const leaf = cache.getOrSet('leaf', () => row.promise);
    await until(() => cache.counts().loads === 1);
    const wholes = ['x', 'y'].map((key) =>
      cache.getOrSet(key, async () => [key, await cache.getOrSet('leaf', () => 'not loaded')]),
    );
    await until(() => cache.counts().joins === 2);
    row.resolve('once');
    expect(await Promise.all([leaf, ...wholes])).toEqual(['once', ['x', 'once'], ['y', 'once']]);
    expect(cache.counts().loads).toBe(3);
  });

  it('a batch that reads its own keys one by one loads each id once, and stores it', async () => {
    const loaded: number[] = [];
    const findOne = (id: number) =>
      cache.getOrSet(`row:${id}`, () => {
        loaded.push(id);
        return Promise.resolve({ id });
      });
    const findMany = (ids: readonly number[]) =>
      cache.getOrSetMany(
        ids,
        (id) => `row:${id}`,
        (missing) => Promise.all(missing.map(findOne)),
      );
    const rows = await Promise.all([findMany([1, 2, 3]), findMany([3, 2, 4]), findOne(2)]);
    expect(rows).toEqual([
      [{ id: 1 }, { id: 2 }, { id: 3 }],
      [{ id: 3 }, { id: 2 }, { id: 4 }],
      { id: 2 },
    ]);
    expect(loaded.sort()).toEqual([1, 2, 3, 4]);
    expect(await cache.getMany([1, 2, 3, 4].map((id) => `row:${id}`))).toEqual(
      [1, 2, 3, 4].map((id) => ({ id })),
    );
  });

  it('an id that fails in such a batch fails as its own read does', async () => {
    const findOne = (id: number) =>
      cache.getOrSet(`row:${id}`, () => {
        if (id === 2) throw new RangeError('no row 2');
        return id;
      });
    const findMany = (ids: readonly number[]) =>
      cache.getOrSetMany(
        ids,
        (id) => `row:${id}`,
        (missing) => Promise.all(missing.map(findOne)),
      );
    await expect(findMany([1, 2])).rejects.toThrow('no row 2');
    expect(await findMany([1, 3])).toEqual([1, 3]);
  });
});

describe('Loads that need each other', () => {
  it('a cycle ends without a timeout, even through a background refresh', async () => {
    const { cache, clock } = manualEngine();
    const options = { ttl: 1, staleWhileRevalidate: 60 };
    await cache.getOrSet('a', () => 'old', options);
    await clock.advanceAsync(1_000);
    const begun = deferred<undefined>();
    const refreshing = deferred<undefined>();
    await cache.getOrSet(
      'a',
      async () => {
        begun.resolve(undefined);
        await refreshing.promise;
        return ['a', await cache.getOrSet('b', () => 'b alone')];
      },
      options,
    );
    await begun.promise;
    // Waits for the refresh, which then asks for b.
    const whole = cache.getOrSet('b', async () => [
      'b',
      await cache.getOrSet('a', () => 'a alone'),
    ]);
    await until(() => cache.counts().joins === 1);
    refreshing.resolve(undefined);
    expect(await whole).toEqual(['b', ['a', 'b alone']]);
    await settle();
    expect(cache.counts()).toMatchObject({ loading: 0, background: 0 });
    await cache.close();
  });

  it('a cycle is logged once, and a batch made of single reads is not logged', async () => {
    const lines: string[] = [];
    const { cache } = manualEngine({ log: logInto(() => lines) });
    await cache.getOrSetMany(['a'], String, () =>
      Promise.all([cache.getOrSet('a', () => 'a alone')]),
    );
    expect(lines).toEqual([]);
    const gate = deferred<undefined>();
    const needs = (key: string, other: string) =>
      cache.getOrSet(key, async () => {
        await gate.promise;
        return cache.getOrSet(other, () => 'alone');
      });
    for (const round of [1, 2]) {
      const both = [needs(`x:${round}`, `y:${round}`), needs(`y:${round}`, `x:${round}`)];
      await settle();
      gate.resolve(undefined);
      await Promise.all(both);
    }
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('loaded again and not cached');
    await cache.close();
  });

  it('a cycle waits one lease for another process, whichever takes the load over', async () => {
    const { cache: one, clock, store } = manualEngine();
    const never = (): Promise<never> => new Promise(() => undefined);
    for (const other of [1, 2]) {
      void manualEngine({ store, clock })
        .cache.getOrSet('b', never)
        .catch(() => other);
      await settle();
    }
    const whole = one.getOrSet('a', () => one.getOrSet('b', () => 'b alone'));
    await clock.advanceAsync(2_000 + 1);
    expect(await Promise.race([whole, settle().then(() => 'waiting')])).toBe('b alone');
  });

  it('a cycle over two processes ends after one lease', async () => {
    const { cache: one, clock, store } = manualEngine();
    const { cache: two } = manualEngine({ store, clock });
    const needs = (cache: CacheEngine, key: string, other: string) =>
      cache.getOrSet(key, async () => {
        await settle();
        return [key, await cache.getOrSet(other, () => `${other} alone`)];
      });
    const both = Promise.all([needs(one, 'a', 'b'), needs(two, 'b', 'a')]);
    await settle();
    await clock.advanceAsync(2_000 + 1);
    expect(await both).toEqual([
      ['a', 'b alone'],
      ['b', ['a', 'b alone']],
    ]);
    expect(clock.now()).toBe(2_001);
  });
});
