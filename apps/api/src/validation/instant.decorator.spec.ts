import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readInstant } from './instant.decorator.js';

const read = (text: string) => {
  const instant = readInstant(text);
  return instant instanceof Date ? instant.toISOString() : instant;
};

describe('readInstant', () => {
  it.each([
    ['2026-01-31T08:00:00Z', '2026-01-31T08:00:00.000Z'],
    ['2026-01-31t08:00:00z', '2026-01-31T08:00:00.000Z'],
    ['2026-01-31T08:00:00.1Z', '2026-01-31T08:00:00.100Z'],
    ['2026-01-31T08:00:00.123456789z', '2026-01-31T08:00:00.123Z'],
    ['2026-01-31T08:00:59.999999999Z', '2026-01-31T08:00:59.999Z'],
    ['2026-01-31T08:00:00-03:00', '2026-01-31T11:00:00.000Z'],
    ['2026-01-31T08:00:00+05:30', '2026-01-31T02:30:00.000Z'],
    ['2026-01-31T08:00:00-00:00', '2026-01-31T08:00:00.000Z'],
    ['2026-01-31T08:00:00+23:59', '2026-01-30T08:01:00.000Z'],
    ['2024-02-29T23:59:59-23:59', '2024-03-01T23:58:59.000Z'],
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31T08:00Z', '2026-01-31T08:00:00.000Z'],
    ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
    ['1969-12-31T21:00:00-03:00', '1970-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999999Z', '9999-12-31T23:59:59.999Z'],
  ])('readInstant reads %s', (text, instant) => {
    expect(read(text)).toBe(instant);
  });

  it.each([
    ...['', 'ayer', '2026', '2026-1-31', '20260131', '2026-01-31T08:00:00', '2026-01-31T08Z'],
    ...['2026-01-31 08:00:00Z', '2026-01-31T24:00:00Z', '2026-01-31T08:60:00Z', '1769846400'],
    ...['2026-01-31T08:00:61Z', '2026-01-31T08:00:00+24:00', '2026-01-31T08:00:00+03:60'],
    ...['2026-01-31T08:00:00+0300', '2026-01-31T08:00:00.Z', '2026-01-31T08:00:00,5Z'],
    ...['2026-01-31T08:00:00.1234567890Z', '+002026-01-31T08:00:00Z', ' 2026-01-31', '2026-W05-6'],
    ...['٢٠٢٦-01-31T08:00:00Z', '2026-01-31T08:00:00Z\n', '2026-01-31T08:00:00 03:00'],
  ])('readInstant refuses the form of %j', (text) => {
    expect(read(text)).toMatch(/^must be a date with time and offset/);
  });

  it.each(['2026-02-30', '2025-02-29T00:00:00Z', '2026-13-01', '2026-00-10', '2026-04-31T08:00Z'])(
    'readInstant refuses the day of %s, which the calendar does not have',
    (text) => {
      expect(read(text)).toBe('must be a day that the calendar has');
    },
  );

  it.each(['2016-12-31T23:59:60Z', '2016-12-31T20:59:60.5-03:00', '2026-01-31t08:00:60z'])(
    'readInstant says of %s that a leap second cannot be kept',
    (text) => {
      expect(read(text)).toBe('must not be a leap second: name the second before or after it');
    },
  );

  it.each([
    ...['1969-12-31T23:59:59.999Z', '1970-01-01T00:00:00+03:00', '0000-01-01', '0070-01-01'],
    ...['9999-12-31T23:59:59-00:01', '0001-01-01T00:00:00Z'],
  ])('readInstant refuses %s: it is outside what is kept', (text) => {
    expect(read(text)).toBe('must be from 1970-01-01 to 9999-12-31T23:59:59.999Z');
  });

  it('readInstant reads back every instant that the API answers', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(9999, 11, 31, 23, 59, 59, 999) }), (ms) => {
        const answered = new Date(ms).toISOString();
        expect(read(answered)).toBe(answered);
      }),
    );
  });
});
