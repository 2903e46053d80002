import { describe, expect, it } from '@jest/globals';
import { parseAdminArguments } from './admin-arguments.js';

const parse = (words: string) => parseAdminArguments(words === '' ? [] : words.split(' '));

describe('the command line of npm run admin', () => {
  it('the command line of npm run admin names a command and its usuario', () => {
    expect(parse('list')).toEqual({ name: 'list' });
    expect(parse('unlock --email a@example.org')).toEqual({
      name: 'unlock',
      email: 'a@example.org',
    });
    expect(parse('reset-password --email=a@example.org')).toMatchObject({ email: 'a@example.org' });
  });

  it('the command line of npm run admin gives a new admin what is left out, with a dni of its own', () => {
    const one = parse('create --email a@example.org --nombre Ana');
    expect(one).toMatchObject({
      fields: {
        email: 'a@example.org',
        nombre: 'Ana',
        apellido: 'GAD',
        dni: expect.stringMatching(/^ADMIN-[0-9A-F]{10}$/),
      },
    });
    expect(parse('create --email a@example.org --nombre Ana')).not.toEqual(one);
  });

  it.each([
    '',
    'promote',
    'constructor',
    'create',
    'create --email',
    'create --email=',
    'unlock',
    'create --email a@example.org --password secret-on-the-line',
    'list --email a@example.org',
    'reset-password secret-on-the-line',
  ])(
    'the command line of npm run admin is explained after %j, without a word that might be a password',
    (words) => {
      const refusal = (): unknown => parse(words);
      expect(refusal).toThrow(/\nusage: npm run admin/);
      expect(refusal).toThrow(expect.objectContaining({ exitCode: 2 }));
      expect(refusal).not.toThrow(/secret-on-the-line/);
    },
  );
});
