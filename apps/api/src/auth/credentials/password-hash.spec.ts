import { describe, expect, it } from '@jest/globals';
import { hashPassword, UNKNOWABLE_HASH, verifyPassword } from './password-hash.js';

describe('password hashes', () => {
  it('password hashes are argon2id with a salt of their own, at the cost that OWASP names', async () => {
    const [one, other] = await Promise.all([hashPassword('tormenta'), hashPassword('tormenta')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(other).not.toBe(one);
  });

  it('password hashes know their password and no other', async () => {
    const hash = await hashPassword('tormenta de verano');
    expect(await verifyPassword(hash, 'tormenta de verano')).toBe(true);
    expect(await verifyPassword(hash, 'Tormenta de verano')).toBe(false);
    expect(await verifyPassword(hash, 'tormenta de verano ')).toBe(false);
    expect(await verifyPassword(hash, '')).toBe(false);
  });

  it('password hashes do not care how a keyboard composes ñ', async () => {
    const hash = await hashPassword('mañana'.normalize('NFC'));
    expect(await verifyPassword(hash, 'mañana'.normalize('NFD'))).toBe(true);
  });

  it('password hashes of no usuario match nothing, the demo password included', async () => {
    for (const password of ['', 'gad-demo', 'password']) {
      expect(await verifyPassword(UNKNOWABLE_HASH, password)).toBe(false);
    }
  });

  it('password hashes that are none are an error and not a wrong password', async () => {
    await expect(verifyPassword('plain text', 'plain text')).rejects.toThrow();
  });
});
