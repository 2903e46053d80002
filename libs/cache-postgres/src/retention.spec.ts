import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Retention } from './retention.js';

describe('The retention of an outbox', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('the retention of an outbox prunes every minute or so until nothing old is left', async () => {
    const left = [5_000, 5_000, 12];
    const retention = new Retention(
      () => Promise.resolve(left.shift() ?? 0),
      () => undefined,
    );
    retention.start();
    await jest.advanceTimersByTimeAsync(20_000);
    expect(left).toHaveLength(3);
    await jest.advanceTimersByTimeAsync(70_000);
    expect(left).toEqual([]);
    await retention.stop();
  });

  it('the retention of an outbox reports a failure and tries again', async () => {
    const failures: unknown[] = [];
    const retention = new Retention(
      () => Promise.reject(new Error('no room')),
      (error) => failures.push(error),
    );
    retention.start();
    await jest.advanceTimersByTimeAsync(200_000);
    await retention.stop();
    const before = failures.length;
    expect(before).toBeGreaterThan(1);
    await jest.advanceTimersByTimeAsync(200_000);
    expect(failures).toHaveLength(before);
  });
});
