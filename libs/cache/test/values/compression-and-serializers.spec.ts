import { describe, expect, it } from '@jest/globals';
import { selectKeys } from '../../src/keys/key-selection.js';
import { decode, encode } from '@msgpack/msgpack';
import { randomBytes } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import type { ValueSerializer } from '@gad/cache';
import type { CacheEngine } from '@gad/cache/store';
import { silentLog } from '@gad/cache/store';
import { Inspection } from '../../src/engine/inspection.js';
import { deferred, engineOver, redisPair, until } from '../support/fixtures.js';
import { storePairs } from '../support/store-pairs.js';
import { holdable } from '../support/two-engines.js';
import { enveloped, REPETITIVE } from '../support/stored-texts.js';
import { valueEngines } from '../support/value-engines.js';

/** The example of the guide: Dates and bytes survive, as JSON's do not. */
const msgpack = {
  name: 'msgpack',
  serialize: (value: unknown) => encode(value),
  deserialize: (bytes: Uint8Array) => decode(bytes),
} satisfies ValueSerializer;
const MAX_BYTES = 1_048_576;
const { pairs, server } = storePairs();

describe.each(pairs)('Stored values, on the %s:', (_, pair) => {
  const engines = valueEngines(pair);
  const { engine, stored, put, lines } = engines;

  it.each(['deflate', 'br'] as const)(
    'values are compressed with %s from the threshold on',
    async (codec) => {
      const cache = engine({ compression: { threshold: 1_000, codec } });
      const small = 'a'.repeat(900);
      const miss = await cache.getOrSet('large', () => REPETITIVE);
      expect(miss).toEqual(REPETITIVE);
      await cache.set('by hand', REPETITIVE);
      await cache.set('small', small);
      expect(await cache.getMany(['large', 'by hand', 'small'])).toEqual([miss, miss, small]);
      expect(await cache.getOrSetEntry('large', () => 'no')).toMatchObject({
        value: miss,
        hit: true,
      });
      expect(await stored('small')).toBe(JSON.stringify(small));
      for (const key of ['large', 'by hand']) {
        const text = (await stored(key)) ?? '';
        expect(text).toMatch(new RegExp(`^\x02[\\w-]+;0;0;json\\+${codec}\n[\\w+/=]+$`));
        expect(text.length).toBeLessThan(JSON.stringify(REPETITIVE).length / 3);
      }
      expect(lines).toEqual([]);
    },
  );

  it('a value that hardly gets smaller is kept as plain text', async () => {
    const cache = engine({ compression: { threshold: 100, codec: 'deflate' } });
    const text = randomBytes(3_000).toString('base64');
    await cache.set('k', text);
    expect(await stored('k')).toBe(JSON.stringify(text));
  });

  it('a caller that shares a load of a compressed value gets its own copy', async () => {
    const cache = engine({ compression: { threshold: 100, codec: 'deflate' } });
    const row = deferred<{ filas: unknown[] }>();
    const callers = [1, 2, 3].map(() => cache.getOrSet('k', () => row.promise));
    await until(() => cache.counts().joins === 2);
    row.resolve(REPETITIVE);
    const [first, ...others] = await Promise.all(callers);
    first?.filas.splice(0);
    for (const other of others) expect(other).toEqual(REPETITIVE);
  });

  it('a value that is invalidated while it is being compressed is not stored', async () => {
    const [mine, theirs] = engines.stores;
    const store = holdable(mine);
    const cache = engine({ compression: { threshold: 100, codec: 'br' } }, { store });
    const fill = store.hold('fill');
    const loading = cache.getOrSet('k', () => REPETITIVE);
    await fill.arrived;
    await theirs.remove(selectKeys(['k']));
    fill.release();
    expect(await loading).toEqual(REPETITIVE);
    expect(await stored('k')).toBeUndefined();
  });

  it('a value of another serializer names it, and a miss returns what a hit returns', async () => {
    const cache = engine({ serializer: msgpack });
    const made = { at: new Date(5), bytes: new Uint8Array([1, 2]), gone: null, n: -0 };
    const miss = await cache.getOrSet<Record<string, unknown>>('k', () => made);
    expect(miss['at']).toEqual(new Date(5));
    expect(await cache.get('k')).toStrictEqual(miss);
    expect(await stored('k')).toMatch(new RegExp(`^\x02[\\w-]+;0;0;msgpack\n`));
    const packing = engine({
      serializer: msgpack,
      compression: { threshold: 1, codec: 'deflate' },
    });
    await packing.set('large', REPETITIVE);
    expect(await stored('large')).toMatch(/;msgpack\+deflate\n/);
    expect(await cache.get('large')).toEqual(REPETITIVE);
    for (const empty of [null, 0, '', false]) {
      expect(await cache.getOrSet(`e:${String(empty)}`, () => empty)).toBe(empty);
      expect(await cache.getOrSetEntry(`e:${String(empty)}`, () => 1)).toMatchObject({
        value: empty,
        hit: true,
      });
    }
  });

  it('JSON is understood whatever the serializer', async () => {
    await engine({}).set('plain', [1]);
    await engine({ compression: { threshold: 1, codec: 'br' } }).set('packed', REPETITIVE);
    const cache = engine({ serializer: msgpack });
    expect(await cache.get('plain')).toEqual([1]);
    expect(await cache.get('packed')).toEqual(REPETITIVE);
  });

  it('a failing serializer costs the caching, never the answer', async () => {
    const broken = (fail: Partial<typeof msgpack>): CacheEngine =>
      engine({ serializer: { ...msgpack, ...fail } });
    const thrower = (): never => {
      throw new RangeError('cannot');
    };
    for (const cache of [broken({ serialize: thrower }), broken({ deserialize: thrower })]) {
      const value = { n: 1 };
      expect(await cache.getOrSet('k', () => value)).toBe(value);
      expect(await cache.set('k', value)).toBe(false);
      expect(await stored('k')).toBeUndefined();
    }
    expect(lines).toHaveLength(4);
  });

  it('the limit of a value counts it before compression', async () => {
    const cache = engine({ compression: { threshold: 100, codec: 'deflate' } });
    const [fits, large] = [MAX_BYTES - 2, MAX_BYTES - 1].map((size) => 'x'.repeat(size));
    expect(await cache.set('fits', fits)).toBe(true);
    expect(await cache.set('large', large)).toBe(false);
    // Compared here, because a difference would print a megabyte.
    expect((await cache.get('fits')) === fits).toBe(true);
    expect(lines).toEqual([expect.stringContaining(`has ${MAX_BYTES + 1} bytes, not stored`)]);
  });

  it('an own __proto__ key survives every codec and pollutes nothing', async () => {
    const hostile: unknown = JSON.parse('{"__proto__":{"admin":true},"a":1}');
    const cache = engine({ compression: { threshold: 1, codec: 'deflate' } });
    await put('packed', enveloped('json+deflate', deflateSync(JSON.stringify(hostile))));
    expect(JSON.stringify(await cache.get('packed'))).toBe(JSON.stringify(hostile));
    expect(Reflect.get({}, 'admin')).toBeUndefined();
  });

  it('inspect() shows the value, whether it is compressed, and its size as stored', async () => {
    const cache = engine({ compression: { threshold: 100, codec: 'deflate' } });
    const inspection = new Inspection(cache);
    await cache.set('packed', REPETITIVE, { ttl: 60 });
    await cache.set('plain', 1);
    await put('foreign', enveloped('json+lz77', 'AAAA'));
    await put('broken', '{broken');
    const bytes = Buffer.byteLength((await stored('packed')) ?? '');
    expect(await inspection.open('packed')).toEqual({
      ...{ key: 'packed', exists: true, ttl: 60, bytes, compressed: true },
      value: REPETITIVE,
    });
    expect(await inspection.open('plain')).toMatchObject({ compressed: false, value: 1 });
    const foreign = await inspection.open('foreign');
    expect(foreign).toMatchObject({ compressed: true, value: enveloped('json+lz77', 'AAAA') });
    expect(await inspection.open('broken')).toMatchObject({ compressed: false, value: '{broken' });
    expect(await stored('broken')).toBe('{broken');
  });
});

describe('Stored values, in Redis:', () => {
  it('a plain value is JSON in Redis, readable in redis-cli', async () => {
    const [store, other] = await redisPair(server)();
    const values = { compression: { threshold: 16_384, codec: 'deflate' as const } };
    const cache = engineOver(store, {}, silentLog, { values });
    await cache.set('k', { n: [1] });
    expect(await server().command('GET', 'gad:k')).toBe('{"n":[1]}');
    await Promise.all([store.close(), other.close()]);
  });
});
