import { describe, expect, it } from '@jest/globals';
import { readAccessToken } from './access-token-claims.js';

const NOW = 1_800_000_000;
const EXPECTED = { issuer: 'gad-api', audience: 'gad' };
const header = { alg: 'HS256', typ: 'at+jwt' };
const payload = {
  iss: 'gad-api',
  aud: 'gad',
  sub: '2',
  sid: '4f8c6f0e-54b8-4b43-8d3b-0f4b3d0d2f60',
  jti: 'x',
  iat: NOW - 10,
  exp: NOW + 890,
};
const read = (token: unknown) => readAccessToken(token, EXPECTED, NOW);

describe('readAccessToken', () => {
  it('readAccessToken reads the usuario and the login', () => {
    expect(read({ header, payload })).toEqual({ usuarioId: 2, sesionId: payload.sid });
    expect(read({ header, payload: { ...payload, sub: '2147483647' } })?.usuarioId).toBe(
      2_147_483_647,
    );
  });

  it('readAccessToken gives clocks that differ a minute at the end, and does not compare when it was issued', () => {
    expect(read({ header, payload: { ...payload, exp: NOW - 59 } })).toBeDefined();
    expect(read({ header, payload: { ...payload, exp: NOW - 60 } })).toBeUndefined();
    expect(read({ header, payload: { ...payload, iat: NOW + 3_600 } })).toBeDefined();
  });

  it.each(Object.keys(payload))('readAccessToken wants the claim %s', (name) => {
    const rest = Object.fromEntries(Object.entries(payload).filter(([key]) => key !== name));
    expect(read({ header, payload: rest })).toBeUndefined();
  });

  it.each([
    { iss: 'other' },
    { aud: 'other' },
    { aud: ['gad'] },
    { sub: 2 },
    { sub: '0' },
    { sub: '02' },
    { sub: '2.0' },
    { sub: '2147483648' },
    { sid: 'x' },
    { jti: '' },
    { jti: 1 },
    { exp: String(NOW + 890) },
    { exp: null },
    { iat: String(NOW) },
  ])('readAccessToken refuses the claims %j', (change) => {
    expect(read({ header, payload: { ...payload, ...change } })).toBeUndefined();
  });

  it.each([
    { alg: 'none' },
    { alg: 'HS512' },
    { typ: 'JWT' },
    { typ: undefined },
    { crit: ['exp'] },
    { jwk: {} },
    { kid: '1' },
  ])('readAccessToken refuses the header %j', (change) => {
    expect(read({ header: { ...header, ...change }, payload })).toBeUndefined();
  });

  it.each([
    undefined,
    null,
    'text',
    [],
    {},
    { header },
    { payload },
    { header: [], payload },
    { header, payload: null },
  ])('readAccessToken refuses %j instead of a token', (token) => {
    expect(read(token)).toBeUndefined();
  });
});
