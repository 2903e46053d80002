import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Glob } from '../../src/engine/glob.js';
import type { Removed } from '../../src/local/removed.js';
import {
  coverOf,
  decodeRemoved,
  encodeRemoved,
  EVERYTHING,
  mayTouch,
  removedKeys,
  removedMatching,
} from '../../src/local/removed.js';

const afterTravel = (removed: Removed): ((key: string) => boolean) =>
  coverOf(decodeRemoved(encodeRemoved(removed)));

const name = fc.string({
  unit: fc.constantFrom(...'ab:*?[]\\^-ñ€😀 '),
  minLength: 1,
  maxLength: 12,
});

describe('What a removal took away', () => {
  it('still covers every one of its keys when it has been told', () => {
    fc.assert(
      fc.property(fc.array(name, { minLength: 1 }), (keys) => {
        expect(keys.every(afterTravel(removedKeys(keys)))).toBe(true);
      }),
    );
  });

  it('covers the same keys as its glob when it has been told', () => {
    fc.assert(
      fc.property(name, name, (pattern, key) => {
        const glob = new Glob(pattern);
        expect(afterTravel(removedMatching(glob))(key)).toBe(glob.matches(Buffer.from(key)));
      }),
    );
  });

  it('is told by what its keys have in common when they are many', () => {
    const keys = Array.from({ length: 1_000 }, (_, at) => `stats:user*:${at}`);
    const removed = removedKeys(keys);
    expect(encodeRemoved(removed)).toBe('gstats:user\\*:*');
    expect(keys.every(coverOf(removed))).toBe(true);
    expect(coverOf(removed)('stats:users:1')).toBe(false);
  });

  it.each([
    ['keys that have nothing in common', ['ñ', 'a'], 'g*'],
    ['keys that differ in half of a character', ['x😀', 'x😁'], 'gx*'],
    ['keys that have too much in common', ['*'.repeat(400), `${'*'.repeat(400)}b`], 'a'],
  ])('is told safely for many %s', (_, [one = '', other = ''], told) => {
    const keys = Array.from({ length: 2_100 }, (__, at) => (at % 2 === 0 ? one : other));
    const removed = removedKeys(keys);
    expect(encodeRemoved(removed)).toBe(told);
    expect(keys.every(afterTravel(removed))).toBe(true);
  });

  it.each([
    [removedKeys(['a', 'stats:1']), true],
    [removedKeys(['a', 'stat']), false],
    [removedMatching(new Glob('stats:user:*')), true],
    [removedMatching(new Glob('s*')), true],
    [removedMatching(new Glob('*:7')), true],
    [removedMatching(new Glob('t*')), false],
    [EVERYTHING, true],
  ])('may touch a prefix or may not: %#', (removed, touches) => {
    expect(mayTouch(removed, ['stats:'])).toBe(touches);
    expect(mayTouch(removed, [])).toBe(false);
    expect(mayTouch(removed, [''])).toBe(true);
  });
});
