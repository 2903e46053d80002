import { describe, expect, it } from '@jest/globals';
import { VerifiedTokens } from './verified-tokens.js';

const CLAIMS = { usuarioId: 2, sesionId: '4f8c6f0e-54b8-4b43-8d3b-0f4b3d0d2f60' };

describe('VerifiedTokens', () => {
  it('knows the claims of a token that was verified, and of no other', () => {
    const tokens = new VerifiedTokens();
    tokens.keep('head.body.signature', CLAIMS, 1_000);
    expect(tokens.claimsOf('head.body.signature', 0)).toBe(CLAIMS);
    for (const other of ['head.body.signaturf', 'head.body.', 'head.body.signature ', '']) {
      expect(tokens.claimsOf(other, 0)).toBeUndefined();
    }
  });

  it('forgets a token at its exp, without any leeway', () => {
    const tokens = new VerifiedTokens();
    tokens.keep('token', CLAIMS, 1_000);
    expect(tokens.claimsOf('token', 999.999)).toBe(CLAIMS);
    expect(tokens.claimsOf('token', 1_000)).toBeUndefined();
    // Not even for a clock that is set back.
    expect(tokens.claimsOf('token', 0)).toBeUndefined();
  });

  it('keeps so many at most, and forgets the oldest first', () => {
    const tokens = new VerifiedTokens(2);
    for (const token of ['one', 'two', 'three']) tokens.keep(token, CLAIMS, 1_000);
    expect(tokens.size).toBe(2);
    expect(tokens.claimsOf('one', 0)).toBeUndefined();
    expect(tokens.claimsOf('three', 0)).toBe(CLAIMS);
  });
});
