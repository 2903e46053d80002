import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { JwtKey } from '../tokens/jwt-key.js';
import { PrincipalSeal, type SealedPrincipal } from './principal-seal.js';

const CLAIMS = { usuarioId: 2, sesionId: '4f8c6f0e-54b8-4b43-8d3b-0f4b3d0d2f60' };
const VIEW = { rol: 'usuario', endsAt: 1_800_000_000_000, position: '{"x":1}' } as const;

describe('the seal of a cached principal', () => {
  let seal: PrincipalSeal;
  let sealed: SealedPrincipal;
  beforeEach(() => {
    seal = new PrincipalSeal(new JwtKey(createSecretKey(randomBytes(32))));
    sealed = seal.close(CLAIMS, VIEW);
  });

  it('is computed once for entries that are equal', () => {
    const hmac = Object.getPrototypeOf(createHmac('sha256', 'any')) as ReturnType<
      typeof createHmac
    >;
    const digest = jest.spyOn(hmac, 'digest');
    try {
      for (let each = 0; each < 3; each++) expect(seal.open(CLAIMS, { ...sealed })).toEqual(VIEW);
      expect(digest).toHaveBeenCalledTimes(1);
    } finally {
      digest.mockRestore();
    }
  });

  it.each<[string, Partial<SealedPrincipal>]>([
    ['rol', { rol: 'admin' }],
    ['end', { ends_at: VIEW.endsAt + 1 }],
    ['position', { position: '{"x":2}' }],
    ['seal', { mac: 'A'.repeat(43) }],
  ])('that was opened before does not open an entry with another %s', (_, change) => {
    expect(seal.open(CLAIMS, sealed)).toEqual(VIEW);
    expect(seal.open(CLAIMS, { ...sealed, ...change })).toBeUndefined();
    expect(seal.open(CLAIMS, sealed)).toEqual(VIEW);
  });

  it.each([
    ['sesion', { ...CLAIMS, sesionId: '5f8c6f0e-54b8-4b43-8d3b-0f4b3d0d2f60' }],
    ['usuario', { ...CLAIMS, usuarioId: 1 }],
  ])('that was opened before does not open for another %s', (_, claims) => {
    expect(seal.open(CLAIMS, sealed)).toEqual(VIEW);
    expect(seal.open(claims, sealed)).toBeUndefined();
  });
});
