import { describe, expect, it } from '@jest/globals';
import { numbersReached } from './pattern-warning.js';

describe('numbersReached', () => {
  it.each([
    ['stats:user:2*', '20, 21, … 29'],
    ['stats:user:12*:days', '120, 121, … 129'],
    ['a:b7*', '70, 71, … 79'],
  ])('%s ends inside a number', (pattern, reached) => {
    expect(numbersReached(pattern)).toBe(reached);
  });

  it.each(['stats:user:2:*', 'stats:*', '*', 'stats:user:2', 'v2:user:*'])(
    '%s does not',
    (pattern) => {
      expect(numbersReached(pattern)).toBeUndefined();
    },
  );
});
