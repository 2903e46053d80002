import { describe, expect, it } from '@jest/globals';
import { readInstant } from './instant-column.js';

describe('readInstant', () => {
  it.each([
    ['2026-01-31 08:00:00+00', '2026-01-31T08:00:00.000Z'],
    ['2026-01-31 08:00:00.12+00', '2026-01-31T08:00:00.120Z'],
    ['2026-01-31 05:00:00.123-03', '2026-01-31T08:00:00.123Z'],
    ['2026-01-31 13:45:00+05:45', '2026-01-31T08:00:00.000Z'],
    // Buenos Aires before 1894: offsets with seconds.
    ['1893-12-31 20:06:12-03:53:48', '1894-01-01T00:00:00.000Z'],
    ['1899-12-31 19:43:12-04:16:48', '1900-01-01T00:00:00.000Z'],
    ['0044-03-15 00:00:00+00', '0044-03-15T00:00:00.000Z'],
    ['0001-01-01 00:00:00+00', '0001-01-01T00:00:00.000Z'],
    ['9999-12-31 23:59:59.999+00', '9999-12-31T23:59:59.999Z'],
    ['2024-02-29 00:00:00+00', '2024-02-29T00:00:00.000Z'],
  ])('readInstant reads %s', (text, expected) => {
    expect(readInstant(text).toISOString()).toBe(expected);
  });

  it.each([
    ['infinity', '9999-12-31T23:59:59.999Z'],
    ['10000-01-01 00:00:00+00', '9999-12-31T23:59:59.999Z'],
    ['9999-12-31 23:59:59.999-03', '9999-12-31T23:59:59.999Z'],
    ['294276-12-31 23:59:59+00', '9999-12-31T23:59:59.999Z'],
    ['-infinity', '0001-01-01T00:00:00.000Z'],
    ['0044-03-15 00:00:00+00 BC', '0001-01-01T00:00:00.000Z'],
    ['4714-11-24 00:00:00+00 BC', '0001-01-01T00:00:00.000Z'],
    ['0001-01-01 00:00:00+03', '0001-01-01T00:00:00.000Z'],
  ])(
    'readInstant reads %s, which no answer can hold, as the nearest that one can',
    (text, expected) => {
      expect(readInstant(text).toISOString()).toBe(expected);
    },
  );

  it('readInstant refuses another style than ISO instead of guessing the month', () => {
    expect(() => readInstant('03/04/2026 08:00:00 UTC')).toThrow('ISO style');
  });
});
