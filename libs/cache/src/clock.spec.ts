import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { MAX_TIMER_MS, settleWithin, systemClock } from './clock.js';
import { FakeClock } from './testing/fake-clock.js';

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

describe('settleWithin', () => {
  const late = (): string => 'late';
  const never = (): Promise<string> => new Promise<string>(() => undefined);
  const refuse = (): never => {
    throw new Error('too late');
  };

  it('settleWithin gives the value of work that is in time, and stops its timer', async () => {
    const clock = new FakeClock();
    await expect(settleWithin(clock, Promise.resolve('done'), 100, late)).resolves.toBe('done');
    expect(clock.pending).toBe(0);
  });

  it('settleWithin rejects with the unchanged error of work that is in time, and stops its timer', async () => {
    const clock = new FakeClock();
    const work = Promise.reject(Object.assign(new Error('broken'), { code: 'X' }));
    await expect(settleWithin(clock, work, 100, late)).rejects.toMatchObject({ code: 'X' });
    expect(clock.pending).toBe(0);
  });

  it('settleWithin gives what `late` returns after the time, and not before', async () => {
    const clock = new FakeClock();
    const settled = jest.fn();
    void settleWithin(clock, never(), 100, late).then(settled);
    await clock.advanceAsync(99);
    expect(settled).not.toHaveBeenCalled();
    await clock.advanceAsync(1);
    expect(settled).toHaveBeenCalledWith('late');
    expect(clock.pending).toBe(0);
  });

  it('settleWithin rejects with what `late` throws', async () => {
    const clock = new FakeClock();
    const end = settleWithin(clock, never(), 100, refuse);
    clock.advance(100);
    await expect(end).rejects.toThrow('too late');
  });

  it('settleWithin ignores work that fails after the time', async () => {
    const clock = new FakeClock();
    let fail: (error: Error) => void = () => undefined;
    const work = new Promise<string>((_, reject) => (fail = reject));
    const end = settleWithin(clock, work, 100, late);
    clock.advance(100);
    fail(new Error('nothing waits for this'));
    await expect(end).resolves.toBe('late');
  });
});
