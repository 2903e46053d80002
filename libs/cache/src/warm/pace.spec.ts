import { beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '../testing/fake-clock.js';
import { Pace } from './pace.js';

describe('Pace', () => {
  let clock: FakeClock;
  let full: boolean;
  let pace: Pace;
  beforeEach(() => {
    clock = new FakeClock();
    full = false;
    pace = new Pace(clock, 50, () => full);
  });

  /** Takes what it gives in a second; each load takes `ms`. */
  const second = (ms: number): number => {
    const end = clock.now() + 1_000;
    let taken = 0;
    while (clock.now() < end) {
      const waitMs = pace.take();
      if (waitMs === 0) {
        taken++;
        pace.loaded(ms);
      } else clock.advance(Math.min(waitMs, end - clock.now()));
    }
    return taken;
  };

  it('Pace gives as many tokens a second as it may, and does not make up for idle time', () => {
    expect(second(10)).toBeGreaterThanOrEqual(49);
    clock.advance(10_000);
    expect(second(10)).toBeLessThanOrEqual(52);
  });

  it('Pace halves the rate when the 95th percentile doubles, and raises it in steps when it is back', () => {
    second(10);
    second(10);
    second(30);
    second(30);
    expect(pace.rate).toBe(25);
    second(30);
    expect(pace.rate).toBe(12.5);
    const rates = [10, 10, 10, 10, 10, 10].map((ms) => (second(ms), pace.rate));
    expect(rates[0]).toBe(6.25);
    expect(rates.slice(1)).toEqual([11.25, 16.25, 21.25, 26.25, 31.25]);
  });

  it('Pace gives nothing while the source is full, and is slower afterwards', () => {
    second(10);
    full = true;
    expect(second(10)).toBe(0);
    expect(second(10)).toBe(0);
    full = false;
    expect(second(10)).toBeLessThanOrEqual(26);
  });

  it('Pace never falls below one load a second', () => {
    full = true;
    for (let n = 0; n < 20; n++) second(10);
    full = false;
    expect(pace.rate).toBeGreaterThanOrEqual(1);
    expect(second(10)).toBeGreaterThanOrEqual(1);
  });
});
