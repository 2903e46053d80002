import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { within } from './within.js';

describe('within', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const never = new Promise<never>(() => undefined);

  it('within passes on a result and an error that come in time, and keeps no timer', async () => {
    await expect(within(100, Promise.resolve(7), (timeout) => timeout)).resolves.toBe(7);
    const reason = new Error('own');
    await expect(within(100, Promise.reject(reason), (timeout) => timeout)).rejects.toBe(reason);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('within rejects with what is made of the timeout, not a moment earlier', async () => {
    let settled = false;
    const late = within(100, never, (timeout) => new Error(`late: ${timeout.message}`));
    const noted = late.catch((error: unknown) => {
      settled = true;
      return error;
    });
    await jest.advanceTimersByTimeAsync(99);
    expect(settled).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    expect(await noted).toMatchObject({ message: 'late: no answer within 100 ms' });
  });

  it('within lets a rejection that comes too late go unnoticed', async () => {
    const leaks: unknown[] = [];
    const note = (reason: unknown) => leaks.push(reason);
    process.on('unhandledRejection', note);
    let fail: (reason: Error) => void = () => undefined;
    const slow = new Promise<never>((_resolve, reject) => {
      fail = reject;
    });
    const attempt = within(10, slow, (timeout) => timeout);
    const rejected = expect(attempt).rejects.toThrow('no answer');
    await jest.advanceTimersByTimeAsync(10);
    await rejected;
    fail(new Error('too late'));
    jest.useRealTimers();
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    expect(leaks).toEqual([]);
  });
});
