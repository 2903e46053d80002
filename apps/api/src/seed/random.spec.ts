import { describe, expect, it } from '@jest/globals';
import { pick, randomNumbers } from './random.js';

describe('randomNumbers', () => {
  it('randomNumbers repeats itself for the same seed and differs for another', () => {
    const ten = (seed: number) => Array.from({ length: 10 }, randomNumbers(seed));
    expect(ten(1)).toEqual(ten(1));
    expect(ten(1)).not.toEqual(ten(2));
  });

  it('randomNumbers spreads evenly over [0, 1)', () => {
    const random = randomNumbers(3);
    const tenths = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < 10_000; i += 1) {
      const number = random();
      expect(number).toBeGreaterThanOrEqual(0);
      expect(number).toBeLessThan(1);
      const tenth = Math.floor(number * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    for (const count of tenths) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });
});

describe('pick', () => {
  it('pick follows the weights and never picks a weight of 0', () => {
    const random = randomNumbers(4);
    const counts = { often: 0, seldom: 0, never: 0 };
    for (let i = 0; i < 4_000; i += 1) {
      counts[
        pick(random, [
          ['often', 3],
          ['seldom', 1],
          ['never', 0],
        ] as const)
      ] += 1;
    }
    expect(counts.never).toBe(0);
    expect(Math.abs(counts.seldom - 1_000)).toBeLessThan(150);
  });

  it('pick needs a choice', () => {
    expect(() => pick(() => 0, [])).toThrow(RangeError);
  });
});
