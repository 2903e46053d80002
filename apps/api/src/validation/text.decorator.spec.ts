import { describe, expect, it } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { Line, Text } from './text.decorator.js';

class Body {
  @Line(1, 20)
  line!: unknown;

  @Text(0, 20)
  text!: unknown;
}

/** What is kept of a field, or what is wrong with it. */
function kept(field: 'line' | 'text', value: unknown): unknown {
  const body = plainToInstance(Body, { line: 'x', text: 'x', [field]: value });
  const [error] = validateSync(body, { stopAtFirstError: true });
  return error ? { refused: Object.values(error.constraints ?? {})[0] } : body[field];
}

const SINGLE = { refused: 'must be a single line without control characters' };
const CONTROLS = { refused: 'must not contain control characters' };
const REORDERS = { refused: 'must not contain characters that reorder text' };
const INVISIBLE = { refused: 'must contain something visible' };
const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, n) => String.fromCodePoint(from + n));

describe('texts', () => {
  it('texts are trimmed and composed', () => {
    expect(kept('line', '  Jose\u0301 \u00a0')).toBe('Jos\u00e9');
    expect(kept('text', '\n uno\r\n\tdos \n')).toBe('uno\r\n\tdos');
    expect(kept('text', '')).toBe('');
  });

  it('texts hold what people write: joiners, accents, emoji, other scripts', () => {
    for (const value of ['می‌خواهم', '👩‍🚒 12', 'Ñandú', 'שלום', '§ 7', '…', '½']) {
      expect(kept('line', value)).toBe(value);
      expect(kept('text', value)).toBe(value);
    }
  });

  it('texts hold no control character, of C0 or C1', () => {
    for (const control of [...range(0x00, 0x1f), ...range(0x7f, 0x9f)]) {
      const inText = '\t\n\r'.includes(control) ? `a${control}b` : CONTROLS;
      expect({ control, kept: kept('text', `a${control}b`) }).toEqual({ control, kept: inText });
      expect({ control, kept: kept('line', `a${control}b`) }).toEqual({ control, kept: SINGLE });
    }
  });

  it('texts are one line where they should be, at the ends as well', () => {
    for (const end of ['\n', '\v', '\f', '\r', '\u0085', '\u2028', '\u2029']) {
      for (const value of [`a${end}b`, `a${end}`, `${end}a`]) {
        expect(kept('line', value)).toEqual(SINGLE);
      }
    }
  });

  it('texts do not reorder what stands around them', () => {
    for (const mark of [...range(0x202a, 0x202e), ...range(0x2066, 0x2069)]) {
      expect(kept('line', `a${mark}b`)).toEqual(REORDERS);
      expect(kept('text', `a${mark}b`)).toEqual(REORDERS);
    }
  });

  it('texts have something to see in them where they name something', () => {
    for (const value of [
      ...[
        '\u200b',
        '\u200b\u2060',
        '\u3164',
        '\u115f\u1160',
        '\uffa0',
        '\u2800',
        '\u00ad',
        '\u034f',
      ],
      ...['\u0301', '\ufe0f', '\u{e0100}', '\u{e0061}', 'x\u200b'.slice(1), '\u180e', '\ue000'],
    ]) {
      expect({ value, kept: kept('line', value) }).toEqual({ value, kept: INVISIBLE });
    }
    expect(kept('line', ' \u3000 ')).toEqual({ refused: 'must be 1 to 20 characters long' });
  });

  it('texts are refused for what is wrong first', () => {
    expect(kept('line', 7)).toEqual({ refused: 'must be text' });
    expect(kept('line', ['a'])).toEqual({ refused: 'must be text' });
    expect(kept('line', 'x'.repeat(21))).toEqual({ refused: 'must be 1 to 20 characters long' });
  });
});
