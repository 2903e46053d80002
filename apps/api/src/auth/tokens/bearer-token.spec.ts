import { describe, expect, it } from '@jest/globals';
import { bearerToken } from './bearer-token.js';

const tokenOf = (authorization?: string) => bearerToken({ headers: { authorization } });

describe('bearerToken', () => {
  it('bearerToken reads the token, the scheme in any case', () => {
    expect(tokenOf('Bearer a.b-c_d')).toBe('a.b-c_d');
    expect(tokenOf('bearer   abc ')).toBe('abc');
    expect(tokenOf('BEARER dGVzdA==')).toBe('dGVzdA==');
  });

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearer  ',
    'Bearera',
    'Basic abc',
    ' Bearer abc',
    'Bearer a b',
    'Bearer a,b',
    'Bearer ä',
  ])('bearerToken finds none in %j', (authorization) => {
    expect(tokenOf(authorization)).toBeNull();
  });

  it('bearerToken reads the longest header that Node lets in without backtracking over it', () => {
    // Each of these makes a pattern with overlapping repetitions try every split of the text.
    for (const text of [
      'a'.repeat(1e6),
      `Bearer ${' '.repeat(1e6)}`,
      `Bearer ${'a'.repeat(1e6)} \u0001`,
    ]) {
      expect(tokenOf(text)).toBeNull();
    }
  });
});
