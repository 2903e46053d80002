import { describe, expect, it } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { EmailAddress, normalEmail } from './email-address.decorator.js';

class Body {
  @EmailAddress()
  email!: string;
}

/** The address as it is stored, or what is wrong with it. */
function stored(email: unknown): unknown {
  const body = plainToInstance(Body, { email });
  const [error] = validateSync(body, { stopAtFirstError: true });
  return error ? { refused: Object.values(error.constraints ?? {})[0] } : body.email;
}

const letter = String.fromCodePoint;

describe('an e-mail address', () => {
  it.each([
    [' Ana@GAD.Local ', 'ana@gad.local'],
    ['jose\u0301@gad.local', 'jos\u00e9@gad.local'],
    ['JOSE\u0301@gad.local', 'jos\u00e9@gad.local'],
    ['\u212a@gad.local', 'k@gad.local'],
    ['a@BÜCHER.example', 'a@xn--bcher-kva.example'],
    ['a@bu\u0308cher.example', 'a@xn--bcher-kva.example'],
    ['a@XN--BCHER-KVA.example', 'a@xn--bcher-kva.example'],
    ['a@ｂücher．example', 'a@xn--bcher-kva.example'],
    ['a@bücher。example', 'a@xn--bcher-kva.example'],
    ['a@faß.de', 'a@xn--fa-hia.de'],
    ['a@правда.рф', 'a@xn--80aafi6cg.xn--p1ai'],
  ])('%j is kept as %s', (sent, kept) => {
    expect(stored(sent)).toBe(kept);
  });

  it('an e-mail address is in its one form for good: what is kept is kept again as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.domain(), (name, domain) => {
        const once = normalEmail(`${name}@${domain}`);
        expect(normalEmail(once)).toBe(once);
      }),
    );
  });

  it('an e-mail address has no character that does not show, wherever it stands', () => {
    const hidden = [
      ...[0x00, 0x0a, 0x1f, 0x7f, 0x85, 0x9b, 0xa0, 0xad, 0x34f, 0x61c, 0x115f, 0x1160, 0x17b4],
      ...[0x180e, 0x2003, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202e],
      ...[0x2060, 0x2064, 0x2066, 0x2069, 0x206f, 0x2800, 0x3000, 0x3164, 0xfe0f, 0xfeff, 0xffa0],
      ...[0xe0001, 0xe0100, 0xe000, 0xfff9],
    ].map((code) => letter(code));
    for (const character of hidden) {
      for (const sent of [`a${character}b@gad.local`, `a@gad${character}b.local`]) {
        expect({ sent, kept: stored(sent) }).toEqual({
          sent,
          kept: { refused: 'must not contain characters that do not show' },
        });
      }
    }
  });

  it.each([
    ...['nadie', '@gad.local', 'a@', 'a@gad', 'a@b@gad.local', 'a@gad.local.', 'a@.gad.local'],
    ...['a@ex%61mple.com', 'a@gad.local/x', 'a@gad.local:80', 'a@gad.local?x', 'a@gad.local#x'],
    ...['a@gad.local\\x', 'a@[127.0.0.1]', 'a@127.0.0.1', 'a@0x7f.1', 'a@xn--zz.com', 'a@a_b.com'],
  ])('the text %j is no e-mail address', (sent) => {
    expect(stored(sent)).toEqual({ refused: 'must be an e-mail address' });
  });

  it('an e-mail address is text of bounded length', () => {
    expect(stored(7)).toEqual({ refused: 'must be text' });
    expect(stored(undefined)).toEqual({ refused: 'must be text' });
    expect(stored(`a@${'ü'.repeat(260)}.example`)).toEqual({
      refused: 'must be at most 254 characters long',
    });
  });
});
