import { describe, expect, it } from '@jest/globals';
import { MemoryRateLimiter } from './rate-limiter.js';

const MINUTE = 60_000;

function limiterAt(start: number) {
  const clock = { now: start };
  const limiter = new MemoryRateLimiter(() => clock.now);
  const take = async (times: number, key = 'a', perMinute = 3) => {
    const waits: number[] = [];
    for (let i = 0; i < times; i += 1) waits.push(await limiter.take(key, perMinute));
    return waits;
  };
  return { clock, limiter, take };
}

describe('the rate limiter', () => {
  it('the rate limiter gives the whole minute’s turns at once, then says how long to wait', async () => {
    const { clock, take } = limiterAt(1_000);
    expect(await take(5)).toEqual([0, 0, 0, 20_000, 20_000]);
    clock.now += 5_000;
    expect(await take(1)).toEqual([15_000]);
  });

  it('the rate limiter gives turns back evenly, and never more than a minute’s', async () => {
    const { clock, take } = limiterAt(1_000);
    await take(3);
    clock.now += 20_000;
    expect(await take(2)).toEqual([0, 20_000]);
    clock.now += 60 * MINUTE;
    expect(await take(4)).toEqual([0, 0, 0, 20_000]);
  });

  it('the rate limiter does not make impatient callers wait longer', async () => {
    const { clock, take } = limiterAt(0);
    await take(100);
    clock.now += 20_000;
    expect(await take(1)).toEqual([0]);
  });

  it.each([1, 7, 30, 997, 60_000])(
    'the rate limiter gives exactly %i a minute, in spite of fractions',
    async (perMinute) => {
      const { take } = limiterAt(123_456.789);
      const waits = await take(perMinute + 1, 'a', perMinute);
      expect(waits.filter((wait) => wait === 0)).toHaveLength(perMinute);
      expect(waits.at(-1)).toBeGreaterThan(0);
    },
  );

  it('the rate limiter counts each key by itself', async () => {
    const { take } = limiterAt(0);
    expect(await take(3, 'a')).toEqual([0, 0, 0]);
    expect(await take(3, 'b')).toEqual([0, 0, 0]);
  });

  it('the rate limiter forgets a caller that has all turns back, without a timer', async () => {
    const { clock, limiter, take } = limiterAt(0);
    for (let i = 0; i < 1_000; i += 1) await take(1, `k${i}`);
    expect(limiter.size).toBe(1_000);
    clock.now += MINUTE;
    for (let i = 0; i < 1_000; i += 1) await take(1, 'other');
    expect(limiter.size).toBe(1);
  });

  it('is bounded even while every client is busy', async () => {
    const { limiter, take } = limiterAt(0);
    for (let i = 0; i < 51_000; i += 1) await take(1, `k${i}`);
    expect(limiter.size).toBeLessThanOrEqual(50_001);
  });
});
