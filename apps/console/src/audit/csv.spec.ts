import { describe, expect, it } from '@jest/globals';
import { csvOf } from './csv.js';

describe('csvOf', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])(
    'a cell that begins like a formula is text: %j',
    (text) => {
      expect(csvOf([[text]])).toMatch(/^"?'/);
    },
  );

  it('quotes, commas and line breaks stay inside of their cell', () => {
    expect(csvOf([['a"b', 'c,d', 'e\nf', null, true, -3]])).toBe(
      '"a""b","c,d","e\nf",,true,-3\r\n',
    );
  });
});
