import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { JsonText, richJson } from '@gad/cache';
import { AS_TEXT } from '../../src/values/json-text.js';
import { ValueCodec } from '../../src/values/value-codec.js';
import { storePairs } from '../support/store-pairs.js';
import { valueEngines } from '../support/value-engines.js';

const { pairs } = storePairs();
const back = (value: unknown): unknown => richJson.deserialize(richJson.serialize(value));

/** Everything that it keeps. */
const RICH = {
  at: new Date(1_700_000_000_123),
  map: new Map<unknown, unknown>([
    ['a', new Date(0)],
    [{ key: 1n }, new Set([undefined, null])],
  ]),
  set: new Set([1, 'a', [2n]]),
  large: 12345678901234567890n,
  gone: undefined,
  list: [undefined, null, NaN, -0, Infinity, -Infinity],
  url: new URL('https://example.org/a?b=c#d'),
  buffer: Buffer.from([0, 255, 10]),
  bytes: new Uint8Array([1, 2, 3]),
};

describe.each(pairs)('richJson, on the %s:', (_, pair) => {
  const { engine, stored, put, lines } = valueEngines(pair);

  it('richJson keeps dates, maps, sets, bigints, undefined, URLs and bytes, on a miss as on a hit', async () => {
    const cache = engine({ serializer: richJson });
    const miss = await cache.getOrSet('k', () => RICH);
    const hit = await cache.getOrSetEntry<unknown>('k', () => 'not loaded');
    expect(isDeepStrictEqual(miss, RICH)).toBe(true);
    expect(miss).not.toBe(RICH);
    expect(hit).toMatchObject({ hit: true });
    expect(isDeepStrictEqual(hit.value, RICH)).toBe(true);
    const many = await cache.getMany(['k', 'none']);
    expect(isDeepStrictEqual(many, [RICH, undefined])).toBe(true);
    expect(lines).toEqual([]);
  });

  it('richJson is text that a person can read in Redis', async () => {
    const cache = engine({ serializer: richJson });
    await cache.set('k', { id: 7, name: 'ñ', at: new Date(0), tags: new Set(['a']) });
    const text = (await stored('k')) ?? '';
    expect(text.slice(1)).toMatch(/^[\w-]+;0;0;rich-json\n/);
    expect(text.split('\n')[1]).toBe(
      '{"id":7,"name":"ñ","at":{"$date":"1970-01-01T00:00:00.000Z"},"tags":{"$set":["a"]}}',
    );
  });

  it('richJson is compressed like other values, and says so', async () => {
    const cache = engine({ serializer: richJson, compression: { threshold: 100, codec: 'br' } });
    const large = { at: new Date(0), text: 'a'.repeat(2_000) };
    expect(await cache.getOrSet('k', () => large)).toStrictEqual(large);
    expect((await stored('k'))?.slice(1)).toMatch(/^[\w-]+;0;0;rich-json\+br\n[\w+/=]+$/);
    expect(await cache.get('k')).toStrictEqual(large);
  });

  it('what the plain serializer has stored is read by richJson as it is, also what looks like a tag', async () => {
    const plain = { at: '1970-01-01T00:00:00.000Z', odd: { $date: '1970-01-01T00:00:00.000Z' } };
    await engine({}).set('k', plain);
    const rich = engine({ serializer: richJson });
    expect(await rich.get('k')).toStrictEqual(plain);
    expect(await rich.getOrSetEntry<unknown>('k', () => 'no')).toMatchObject({ hit: true });
  });

  it('what richJson has stored is a miss for a process with the plain serializer, which leaves it there', async () => {
    await engine({ serializer: richJson }).set('k', RICH);
    const before = await stored('k');
    expect(await engine({}).get('k')).toBeUndefined();
    expect(await stored('k')).toBe(before);
  });

  it.each([
    '{"$date":7}',
    '{"$map":7}',
    '{"$map":[[1,2,3]]}',
    '{"$set":{}}',
    '{"$url":"no url"}',
    '{"$bigint":"1.5"}',
    '{"$object":null}',
    '{"$other":1}',
    '{"$__proto__":{}}',
    '{"$toString":1}',
    '{"$date"',
  ])('a stored text that richJson has not made is a miss: %s', async (payload) => {
    const cache = engine({ serializer: richJson });
    await put('k', `\x02id;0;0;rich-json\n${payload}`);
    expect(await cache.get('k')).toBeUndefined();
    expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded');
  });

  it('a value that richJson cannot represent is returned as it is and not stored', async () => {
    const cache = engine({ serializer: richJson });
    const cycle: { self?: unknown } = {};
    cycle.self = new Map([['self', new Set([cycle])]]);
    for (const value of [cycle, () => 1, { toJSON: () => undefined }]) {
      expect(await cache.getOrSet('k', () => value)).toBe(value);
      expect(await cache.get('k')).toBeUndefined();
    }
    expect(lines).toHaveLength(3);
  });
});

describe('The text of richJson', () => {
  it('no data passes for another type, whatever it looks like', () => {
    for (const data of [
      { $date: '1970-01-01T00:00:00.000Z' },
      { $object: { $date: 'x' } },
      { $map: [[1, 2]] },
      { a: { $bigint: '1' }, b: [{ $undefined: true }] },
      { $object: { $object: { $object: {} } } },
      { $: 1 },
      new Map([[{ $set: [] }, { $url: 'https://a' }]]),
    ]) {
      expect(back(data)).toStrictEqual(data);
    }
  });

  it('a date that is none stays one', () => {
    expect(richJson.serialize(new Date(NaN))).toBe('{"$date":null}');
    expect((back(new Date(NaN)) as Date).getTime()).toBeNaN();
  });

  it('data from a request pollutes no prototype', () => {
    const text =
      '{"__proto__":{"polluted":1},"a":{"__proto__":{"$set":[1]}},"constructor":{"b":1}}';
    const hostile = JSON.parse(text) as object;
    const result = back(hostile) as { a: object };
    expect(JSON.stringify(result)).toBe(
      '{"__proto__":{"polluted":1},"a":{"__proto__":{"$set":[1]}},"constructor":{"b":1}}',
    );
    expect(Reflect.get(Object.prototype, 'polluted')).toBeUndefined();
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
    expect(Object.hasOwn(result.a, '__proto__')).toBe(true);
    const text2 = '{"__proto__":{"$date":"1970-01-01T00:00:00.000Z"},"b":1}';
    const made = richJson.deserialize(text2) as object;
    expect(Object.getPrototypeOf(made)).toBe(Object.prototype);
  });

  it('the JSON that a handler sends as text is the JSON of the value, not what is stored', () => {
    const codec = new ValueCodec({ serializer: richJson, maxValueBytes: 1_000 });
    const data = { odd: { $date: 'x' } };
    const serialised = codec.serialise(data);
    if (typeof serialised === 'string') throw new Error(serialised);
    expect(serialised.data).toBe('{"odd":{"$object":{"$date":"x"}}}');
    const text = serialised.given({ [AS_TEXT]: true });
    expect(text instanceof JsonText && text.text).toBe('{"odd":{"$date":"x"}}');
  });

  it('what JSON does with other values is the same: toJSON, functions, symbols, boxes, classes', () => {
    class Money {
      constructor(readonly cents: number) {}
      double(): Money {
        return new Money(this.cents * 2);
      }
    }
    const value = {
      key: { toJSON: (key: string) => `of ${key}` },
      run: () => 1,
      symbol: Symbol('s'),
      list: [() => 1, Symbol('s'), Object(1), Object('a')] as unknown[],
      money: new Money(5),
    };
    expect(back(value)).toStrictEqual(JSON.parse(JSON.stringify(value)));
  });

  it('every value of the kinds that it keeps comes back equal, and is new each time', () => {
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.anything({ maxDepth: 0, withBigInt: true }),
        fc.date({ noInvalidDate: true }),
        fc.uint8Array(),
        fc.webUrl().map((url) => new URL(url)),
        fc.array(tie('value')),
        fc.array(tie('value')).map((all) => new Set(all)),
        fc.array(fc.tuple(tie('value'), tie('value'))).map((all) => new Map(all)),
        fc.dictionary(fc.constantFrom('a', '$', '$date', '$object', '__proto__'), tie('value'), {
          noNullPrototype: true,
        }),
      ),
    }));
    fc.assert(
      fc.property(value, (one) => {
        fc.pre(one !== undefined && typeof one !== 'symbol');
        return isDeepStrictEqual(back(one), one);
      }),
      { numRuns: 2_000 },
    );
  });
});
