import { describe, expect, it } from '@jest/globals';
import { passwordFlaw } from './password-policy.js';

const EMAIL = 'lucia.ferreyra@gad.local';

describe('a new password', () => {
  it.each([
    'tormenta-de-verano',
    'secreto número 1',
    'otra tormenta',
    'correct horse battery staple',
    'x7$Kq!m2Vw',
    '4829105736',
    'lucia.ferreyra tiene otra idea',
  ])('%j is accepted', async (password) => {
    expect(await passwordFlaw(password, EMAIL)).toBeUndefined();
  });

  it.each([
    ['a common one', 'qwertyuiop', 'is one of the most common passwords'],
    ['a common one in capitals', 'PASSWORD12', 'is one of the most common passwords'],
    [
      'a common one with digits and signs',
      '  Password2026!',
      'is one of the most common passwords',
    ],
    ['a common one with signs for letters', 'P@ssw0rd123', 'is one of the most common passwords'],
    ['a common one with accents', 'contraseña1', 'is one of the most common passwords'],
    [
      'a common one in full-width letters',
      'ｐａｓｓｗｏｒｄ１２',
      'is one of the most common passwords',
    ],
    ['the demo password', 'gad-demo-2026', 'is one of the most common passwords'],
    ['a row of digits', '1234567890', 'is one of the most common passwords'],
    ['one character', 'aaaaaaaaaaaa', 'must have at least 5 different characters'],
    ['two characters in turn', '1212121212', 'must have at least 5 different characters'],
    ['the e-mail', 'Lucia.Ferreyra@GAD.local', 'must not be the e-mail address'],
    ['the local part', 'LUCIA.FERREYRA', 'must not be the e-mail address'],
    ['the local part and a year', 'lucía.ferreyra2026', 'must not be the e-mail address'],
    ['too short', 'x7$Kq!m2V', 'must be 10 to 128 characters long'],
    ['too long', 'x7$Kq!m2Vw'.repeat(13), 'must be 10 to 128 characters long'],
  ])('a new password is refused when it is %s', async (_, password, flaw) => {
    expect(await passwordFlaw(password, EMAIL)).toBe(flaw);
  });
});
