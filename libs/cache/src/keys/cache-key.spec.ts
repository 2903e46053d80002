import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cacheKey, cachePattern, encodeSegment } from './cache-key.js';
import { CacheKeyInvalidError } from '../cache-errors.js';
import { Glob } from './glob.js';
import { assertKey } from './key-validation.js';

const segment = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 100 }),
  fc.string({ unit: fc.constantFrom('*', '?', ':', '%', '~', '[', ']', '\\', '2', 'a', '\n') }),
);

describe('cacheKey', () => {
  it('cacheKey takes the template as it is and each value as one segment', () => {
    expect(cacheKey`stats:user:${2}:days:${30}`).toBe('stats:user:2:days:30');
    expect(cacheKey`flags:${true}:${10n}:${-1.5}:${'a.b_c-d'}`).toBe('flags:true:10:-1.5:a.b_c-d');
    expect(cacheKey`config:app`).toBe('config:app');
  });

  it.each([
    ['2:*', 'k:2%3A%2A'],
    ['*', 'k:%2A'],
    ['2\n', 'k:2%0A'],
    ['~seq', 'k:%7Eseq'],
    ['%', 'k:%25'],
    ['', 'k:%'],
    ['ñ', 'k:%C3%B1'],
    ['😀', 'k:%F0%9F%98%80'],
  ])('cacheKey encodes %j', (value, key) => {
    expect(cacheKey`k:${value}`).toBe(key);
  });

  it('cacheKey writes a number, a bigint and its text alike, as a key is text', () => {
    expect(new Set([cacheKey`k:${1}`, cacheKey`k:${1n}`, cacheKey`k:${'1'}`])).toEqual(
      new Set(['k:1']),
    );
  });

  it('cacheKey shortens 10 kB to a hash, other texts to other hashes', () => {
    const long = cacheKey`k:${'x'.repeat(10_000)}`;
    expect(long).toMatch(/^k:%~[\w-]{43}$/);
    expect(cacheKey`k:${'x'.repeat(10_001)}`).not.toBe(long);
  });

  it.each([undefined, null, NaN, Infinity, {}, [], Symbol('s')])('cacheKey refuses %p', (value) => {
    expect(() => cacheKey`k:${value as string}`).toThrow(CacheKeyInvalidError); // what no type stops
  });

  it('cacheKey refuses half a surrogate pair, which would collide with others', () => {
    expect(() => cacheKey`k:${'\ud800'}`).toThrow(CacheKeyInvalidError);
  });

  it('cacheKey gives different values different keys, and always valid ones', () => {
    fc.assert(
      fc.property(segment, segment, segment, segment, (a, b, c, d) => {
        const [one, other] = [cacheKey`k:${a}:${b}`, cacheKey`k:${c}:${d}`];
        assertKey(one);
        expect(one.split(':')).toHaveLength(3);
        expect(one === other).toBe(a === c && b === d);
      }),
    );
  });
});

describe('cachePattern', () => {
  it('cachePattern matches the keys of its own values and of no others', () => {
    fc.assert(
      fc.property(segment, segment, segment, (a, b, rest) => {
        const pattern = new Glob(cachePattern`k:${a}:*`);
        expect(pattern.matches(Buffer.from(cacheKey`k:${a}:${rest}`))).toBe(true);
        expect(pattern.matches(Buffer.from(cacheKey`k:${b}:${rest}`))).toBe(a === b);
      }),
    );
  });
});

describe('encodeSegment', () => {
  it('encodeSegment never writes a separator or a glob character', () => {
    fc.assert(
      fc.property(segment, (value) => {
        expect(encodeSegment(value)).toMatch(/^[A-Za-z0-9._%~-]{1,64}$/);
      }),
    );
  });
});
