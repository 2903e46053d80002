import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CacheEngine } from '@gad/cache/store';
import { setMany } from '../../src/engine/read/get-or-set-many.js';
import { engineOver, memoryPair, redisPair } from '../support/fixtures.js';
import { redisForTests } from '../support/redis-server.js';

const server = redisForTests();

/** What the source has for an id: a value, nothing, or a failure. */
type Row = { readonly value: unknown } | 'none' | 'fails';

type Step =
  | {
      readonly kind: 'load';
      readonly ids: number[];
      readonly asMap: boolean;
      readonly fails: boolean;
    }
  | { readonly kind: 'set'; readonly pairs: (readonly [number, unknown])[] }
  | { readonly kind: 'get'; readonly ids: number[] }
  | { readonly kind: 'delete'; readonly ids: number[] }
  | { readonly kind: 'change'; readonly id: number; readonly row: Row };

const IDS = 8;
const id = fc.nat(IDS - 1);
const idList = fc.array(id, { maxLength: 12 });
// As the cache gives it back: JSON's own -0 is 0.
const value = fc
  .jsonValue({ maxDepth: 2 })
  .map((made) => JSON.parse(JSON.stringify(made)) as unknown);
const row: fc.Arbitrary<Row> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ value }) },
  { weight: 1, arbitrary: fc.constantFrom<Row>('none', 'fails') },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('load' as const),
      ids: idList,
      asMap: fc.boolean(),
      fails: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    }),
  },
  fc.record({
    kind: fc.constant('set' as const),
    pairs: fc.array(fc.tuple(id, value), { maxLength: 6 }),
  }),
  fc.record({ kind: fc.constantFrom('get' as const, 'delete' as const), ids: idList }),
  fc.record({ kind: fc.constant('change' as const), id, row }),
);

const pairs = [
  ['in-process store', memoryPair, 300],
  ['Redis store', redisPair(() => server), 60],
] as const;
const toKey = (one: number): string => `m:${one}`;
class Failure extends Error {}

/** The truth: what is in the source, and what the cache must hold. */
class Model {
  readonly source = new Map<number, Row>();
  readonly cached = new Map<number, unknown>();

  async check(cache: CacheEngine, one: Step): Promise<void> {
    if (one.kind === 'change') this.source.set(one.id, one.row);
    else if (one.kind === 'load') await this.#load(cache, one.ids, one.asMap, one.fails);
    else if (one.kind === 'set') {
      const entries = one.pairs.map(([each, made]) => ({ key: toKey(each), value: made }));
      const stored = await setMany(entries, (key, made) => cache.set(key, made));
      expect(stored).toEqual(one.pairs.map(() => true));
      one.pairs.forEach(([each, made]) => this.cached.set(each, made));
    } else if (one.kind === 'get') {
      const values = await cache.getMany(one.ids.map(toKey));
      expect(values).toEqual(one.ids.map((each) => this.cached.get(each)));
    } else {
      const present = new Set(one.ids.filter((each) => this.cached.has(each)));
      expect(await cache.delete([...new Set(one.ids)].map(toKey))).toBe(present.size);
      one.ids.forEach((each) => this.cached.delete(each));
    }
  }

  async #load(cache: CacheEngine, ids: number[], asMap: boolean, fails: boolean): Promise<void> {
    const missing = [...new Set(ids)].filter((each) => !this.cached.has(each));
    const failure = new Failure('all of it');
    const errors = new Map(missing.map((each) => [each, new Failure(String(each))]));
    const rowOf = (each: number): unknown => {
      const found = this.source.get(each) ?? 'none';
      return found === 'none' ? undefined : found === 'fails' ? errors.get(each) : found.value;
    };
    const asked: (readonly number[])[] = [];
    const answer = cache.getOrSetMany(ids, toKey, (wanted) => {
      asked.push(wanted);
      if (fails) return Promise.reject(failure);
      return asMap ? new Map(wanted.map((each) => [each, rowOf(each)])) : wanted.map(rowOf);
    });
    if (fails && missing.length > 0) {
      await expect(answer).rejects.toBe(failure);
    } else {
      expect(await answer).toEqual(
        ids.map((each) => (this.cached.has(each) ? this.cached.get(each) : rowOf(each))),
      );
      for (const each of missing) {
        const made = rowOf(each);
        if (made !== undefined && !(made instanceof Failure)) this.cached.set(each, made);
      }
    }
    expect(asked).toEqual(missing.length > 0 ? [missing] : []);
  }
}

describe.each(pairs)('Many keys against a model, on the %s:', (_, pair, numRuns) => {
  it('many keys return, load and store what the model says', async () => {
    const stores = await pair();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const cache = engineOver(stores[0]);
        await cache.clear();
        const model = new Model();
        for (const one of steps) await model.check(cache, one);
        const all = Array.from({ length: IDS }, (__, each) => each);
        await model.check(cache, { kind: 'get', ids: all });
      }),
      { numRuns },
    );
    await Promise.all(stores.map((store) => store.close()));
  });
});
