import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Glob } from './glob.js';
import type { KeySelection } from './key-selection.js';
import {
  matcherOf,
  decodeSelection,
  encodeSelection,
  ALL_KEYS,
  mayMatchPrefix,
  selectKeys,
  selectPattern,
} from './key-selection.js';

const afterTravel = (removed: KeySelection): ((key: string) => boolean) =>
  matcherOf(decodeSelection(encodeSelection(removed)));

const name = fc.string({
  unit: fc.constantFrom(...'ab:*?[]\\^-ñ€😀 '),
  minLength: 1,
  maxLength: 12,
});

describe('A key selection, sent as a message', () => {
  it('a received selection still covers every one of its keys', () => {
    fc.assert(
      fc.property(fc.array(name, { minLength: 1 }), (keys) => {
        expect(keys.every(afterTravel(selectKeys(keys)))).toBe(true);
      }),
    );
  });

  it('a received selection covers the same keys as its glob', () => {
    fc.assert(
      fc.property(name, name, (pattern, key) => {
        const glob = new Glob(pattern);
        expect(afterTravel(selectPattern(glob.source))(key)).toBe(glob.matches(Buffer.from(key)));
      }),
    );
  });

  it('a selection of many keys is sent as what its keys have in common', () => {
    const keys = Array.from({ length: 1_000 }, (_, at) => `stats:user*:${at}`);
    const removed = selectKeys(keys);
    expect(encodeSelection(removed)).toBe('gstats:user\\*:*');
    expect(keys.every(matcherOf(removed))).toBe(true);
    expect(matcherOf(removed)('stats:users:1')).toBe(false);
  });

  it.each([
    ['keys that have nothing in common', ['ñ', 'a'], 'g*'],
    ['keys that differ in half of a character', ['x😀', 'x😁'], 'gx*'],
    ['keys that have too much in common', ['*'.repeat(400), `${'*'.repeat(400)}b`], 'a'],
  ])('a selection of many %s is sent safely', (_, [one = '', other = ''], sent) => {
    const keys = Array.from({ length: 2_100 }, (__, at) => (at % 2 === 0 ? one : other));
    const removed = selectKeys(keys);
    expect(encodeSelection(removed)).toBe(sent);
    expect(keys.every(afterTravel(removed))).toBe(true);
  });

  it.each([
    [selectKeys(['a', 'stats:1']), true],
    [selectKeys(['a', 'stat']), false],
    [selectPattern('stats:user:*'), true],
    [selectPattern('s*'), true],
    [selectPattern('*:7'), true],
    [selectPattern('t*'), false],
    [ALL_KEYS, true],
  ])('a selection knows whether it may touch a prefix: %#', (removed, touches) => {
    expect(mayMatchPrefix(removed, ['stats:'])).toBe(touches);
    expect(mayMatchPrefix(removed, [])).toBe(false);
    expect(mayMatchPrefix(removed, [''])).toBe(true);
  });
});
