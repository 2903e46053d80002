import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { MAX_TIMER_MS, systemClock } from './clock.js';

const MONTH_MS = 30 * 86_400_000;

describe('A wait longer than one timer of Node can be', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it.each([MONTH_MS, 2 * MAX_TIMER_MS, 315_360_000_000])(
    'a wait of %i ms ends after that time, and not before',
    (ms) => {
      const run = jest.fn();
      systemClock.after(ms, run);
      jest.advanceTimersByTime(ms - 1);
      expect(run).not.toHaveBeenCalled();
      jest.advanceTimersByTime(1);
      expect(run).toHaveBeenCalledTimes(1);
      expect(jest.getTimerCount()).toBe(0);
    },
  );

  it('a long wait can be cancelled in any of its turns', () => {
    const run = jest.fn();
    for (const passed of [0, MAX_TIMER_MS + 1]) {
      const cancel = systemClock.after(3 * MAX_TIMER_MS, run);
      jest.advanceTimersByTime(passed);
      cancel();
      expect(jest.getTimerCount()).toBe(0);
    }
    expect(run).not.toHaveBeenCalled();
  });
});
