import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CacheEngine, CacheStore } from '@gad/cache';
import { FakeClock, settle } from '@gad/cache/testing';
import { deferred, engineOver, logInto, until } from './fixtures.js';
import { manualEngine } from './manual-engine.js';
import { failOnStrays } from './resources.js';
import { storePairs } from './store-pairs.js';
import { twoEngines } from './two-engines.js';

failOnStrays();

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

  it.each([2, 3, 7])('a ring of %i ends, and what was loaded in it is stored', async (size) => {
    const values = await ring(size, alone);
    expect(values.map((value) => (value as [string])[0])).toEqual(
      Array.from({ length: size }, (_unused, at) => `k:${at}`),
    );
    expect(JSON.stringify(values)).toContain(' alone');
    expect(await Promise.all(values.map((_value, at) => cache.get(`k:${at}`)))).toEqual(values);
    expect(cache.counts()).toMatchObject({ loading: 0, loads: size + 1 });
  });

  it('a ring by way of batches ends', async () => {
    const values = await ring(3, (key) =>
      cache.getOrSetMany([key, `${key}:other`], String, (missing) =>
        missing.map((each) => `${each} alone`),
      ),
    );
    expect(values).toHaveLength(3);
    expect(cache.counts().loading).toBe(0);
  });

  it('a ring of batches that each lead one key and ask for another’s ends', async () => {
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

  it('a ring that is closed by another caller’s wait ends', async () => {
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

  it('a wait that closes no ring is shared as ever', async () => {
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

  it('a batch made of reads of its own keys loads each id once, and stores it', async () => {
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

  it('… and one id that fails fails as its own read does', async () => {
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
  it('end while nothing but their own work happens, by way of a background refresh as well', async () => {
    const { cache, clock } = manualEngine();
    const options = { ttl: 1, staleFor: 60 };
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

  it('are said once to be in a ring; a batch made of single reads is nothing to say', async () => {
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
    expect(lines[0]).toContain('loaded once more and not cached');
    await cache.close();
  });

  it('of two processes end after one lease', async () => {
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

  /** What a loader of a key asks for before it answers: one after the other, at once or as a batch. */
  const graph = fc.array(
    fc.record({
      needs: fc.uniqueArray(fc.nat(4), { maxLength: 2 }),
      by: fc.constantFrom('turn', 'once', 'batch'),
      pauses: fc.nat(3),
    }),
    { minLength: 5, maxLength: 5 },
  );
  const callers = fc.array(
    fc.record({
      keys: fc.uniqueArray(fc.nat(4), { minLength: 1, maxLength: 3 }),
      pauses: fc.nat(6),
      // What is removed meanwhile sends the callers that wait for it to the next load.
      removes: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, fc.constant(true)),
    }),
    { minLength: 2, maxLength: 8 },
  );

  it('always end, whatever needs what and by whatever calls, without any time passing', async () => {
    await fc.assert(
      fc.asyncProperty(graph, callers, fc.boolean(), async (nodes, asked, composed) => {
        const clock = new FakeClock();
        const { cache } = manualEngine({ clock });
        const pause = async (turns: number): Promise<void> => {
          for (let turn = 0; turn < turns; turn++) await settle();
        };
        // As deep as any ring is long; without a bound the calls themselves would never end.
        const load = async (at: number, depth: number): Promise<unknown> => {
          const node = nodes[at];
          await pause(node?.pauses ?? 0);
          if (node === undefined || depth === 0) return at;
          const one = (need: number) => read(need, depth - 1);
          if (node.by === 'batch') return [at, await readMany(node.needs, depth - 1)];
          if (node.by === 'once') return [at, await Promise.all(node.needs.map(one))];
          const parts: unknown[] = [];
          for (const need of node.needs) parts.push(await one(need));
          return [at, parts];
        };
        const read = (at: number, depth: number): Promise<unknown> =>
          cache.getOrSet(`k:${at}`, () => load(at, depth));
        const readMany = (ids: readonly number[], depth: number): Promise<unknown> =>
          cache.getOrSetMany(
            ids,
            (id) => `k:${id}`,
            (missing) => Promise.all(missing.map((id) => (composed ? read : load)(id, depth))),
          );
        let ended = 0;
        const ends = asked.map(async ({ keys, pauses, removes }) => {
          await pause(pauses);
          const [first] = keys;
          if (removes) await cache.delete(keys.map((at) => `k:${at}`));
          else if (keys.length === 1 && first !== undefined) await read(first, 5);
          else await readMany(keys, 5);
          ended++;
        });
        for (let turn = 0; turn < 3_000 && ended < asked.length; turn++) await settle();
        expect(ended).toBe(asked.length);
        await Promise.all(ends);
        expect(clock.now()).toBe(0);
        expect(cache.counts().loading).toBe(0);
        await cache.close();
      }),
      { numRuns: 150 },
    );
  }, 120_000);
});

describe('A loader that never settles', () => {
  it('is given up after five minutes, alone or for a batch, and the next caller loads', async () => {
    const { cache, clock } = manualEngine();
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
    await cache.close();
  });

  it('has the bound that hardTimeout says, a longer one as well', async () => {
    const { cache, clock } = manualEngine();
    const row = deferred<number>();
    const read = cache.getOrSet('k', () => row.promise, { hardTimeout: 86_400 });
    await clock.advanceAsync(86_400_000 - 1);
    row.resolve(1);
    expect(await read).toBe(1);
    await cache.close();
  });
});

describe('A read-through without a loader', () => {
  it('is refused with one sentence, also where the value is there', async () => {
    const cache = engineOver(manualEngine().store);
    await cache.set('k', 1);
    // As from JavaScript.
    const none = undefined as unknown as () => number;
    for (const call of [
      () => cache.getOrSet('k', none),
      () => cache.getOrSet('k', none, { local: 1 }),
      () => cache.getOrSetEntry('k', none),
      () => cache.getOrSetMany(['k'], String, none as never),
      () => cache.getOrSetMany(['k'], none as never, () => []),
    ]) {
      await expect(call()).rejects.toThrow(
        /^(loader|loadMissing|toKey) must be a function, not und/,
      );
    }
  });
});
