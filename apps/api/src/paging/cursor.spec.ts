import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { INSTANT, INT4, INT8, KEY, ListCursor } from './cursor.js';

const USUARIOS = new ListCursor<[number]>('usuarios', INT4);
const BY_DATE = new ListCursor<[Date, number]>('tareas:inicio_programado', INSTANT, INT8);
const KEYS = new ListCursor<[string]>('cache-keys', KEY);

/** A cursor whose digest is right, whatever its content. */
function crafted(content: string): string {
  const digest = createHash('sha256').update(content).digest().subarray(0, 6);
  return Buffer.concat([digest, Buffer.from(content)]).toString('base64url');
}

const refused = (decode: () => unknown) => {
  expect(decode).toThrow(expect.objectContaining({ code: 'CURSOR_INVALID' }));
};

describe('ListCursor', () => {
  it('ListCursor reads back every position that it wrote', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(0), max: new Date(253_402_300_799_999), noInvalidDate: true }),
        fc.maxSafeNat(),
        (date, id) => {
          expect(BY_DATE.decode(BY_DATE.encode(date, id))).toEqual([date, id]);
        },
      ),
    );
    for (const key of ['stats:user:2', 'ñandú:🦤', 'a b', '"'.repeat(512)]) {
      expect(KEYS.decode(KEYS.encode(key))).toEqual([key]);
    }
  });

  it('ListCursor refuses a cursor with any one bit flipped', () => {
    const bytes = Buffer.from(USUARIOS.encode(20), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      refused(() => USUARIOS.decode(flipped.toString('base64url')));
    }
  });

  it('ListCursor refuses other spellings of a cursor: padding, the other alphabet, blanks, loose last bits', () => {
    const cursor = KEYS.encode('ÿÿÿ>>>???');
    const standard = Buffer.from(cursor, 'base64url').toString('base64');
    expect(standard).not.toBe(cursor);
    const last = cursor.slice(0, -1);
    const variants = [standard, `${cursor}=`, ` ${cursor}`, `${cursor}\n`, `${cursor}.`, last, ''];
    for (const variant of variants) refused(() => KEYS.decode(variant));
    const loose = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'].filter(
      (letter) => last + letter !== cursor,
    );
    for (const letter of loose) refused(() => KEYS.decode(last + letter));
  });

  it('ListCursor refuses the cursor of another list', () => {
    refused(() => BY_DATE.decode(USUARIOS.encode(1)));
    refused(() => new ListCursor<[number]>('tareas', INT8).decode(USUARIOS.encode(1)));
  });

  it.each([
    ...['2147483648', '-2147483648', '999999999999999', '1e3', '0x1', '01', '-0', '+1', ''],
    ...[' 1', '1 ', 'NaN', '1\n1', '٣', '1.0'],
  ])('ListCursor refuses %j for a column of int4, even with a right digest', (text) => {
    refused(() => USUARIOS.decode(crafted(`usuarios\n${text}`)));
  });

  it('ListCursor refuses positions outside the other columns, too few and too many', () => {
    expect(BY_DATE.decode(crafted('tareas:inicio_programado\n0\n1'))).toEqual([new Date(0), 1]);
    for (const rest of [
      ...[
        '\n-62135596800001\n1',
        '\n253402300800000\n1',
        '\n0\n9007199254740992',
        '\n0\n9223372036854775808',
      ],
      ...['', '\n0', '\n0\n1\n', '\n0\n1\n2'],
    ]) {
      refused(() => BY_DATE.decode(crafted(`tareas:inicio_programado${rest}`)));
    }
    for (const key of ['', 'a\u0085', 'ä'.repeat(257)]) {
      refused(() => KEYS.decode(crafted(`cache-keys\n${key}`)));
    }
  });
});
