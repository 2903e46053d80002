import { describe, expect, it } from '@jest/globals';
import { matchesEtag, matchesStrongEtag, weakEtag } from './etag.js';

describe('weakEtag', () => {
  it('weakEtag is weak, the same for equal content and another for other content', () => {
    expect(weakEtag({ a: 1 })).toMatch(/^W\/"[\w-]+"$/);
    expect(weakEtag({ a: 1 })).toBe(weakEtag({ a: 1 }));
    expect(weakEtag({ a: 1 })).not.toBe(weakEtag({ a: 2 }));
  });
});

describe('matchesEtag', () => {
  it.each([
    [undefined, false],
    ['', false],
    ['*', true],
    ['W/"x"', true],
    ['"x"', true],
    ['"y", W/"x"', true],
    ['"y"', false],
    ['x', false],
    ['"xx"', false],
  ])('If-None-Match: %s → %s', (header, expected) => {
    expect(matchesEtag(header, 'W/"x"')).toBe(expected);
  });
});

describe('matchesStrongEtag', () => {
  it.each([
    ['"a"', true],
    ['"b", "a"', true],
    ['*', true],
    ['W/"a"', false],
    ['"b"', false],
    ['a', false],
    ['', false],
  ])('If-Match: %s → %s', (header, matches) => {
    expect(matchesStrongEtag(header, '"a"')).toBe(matches);
  });
});
