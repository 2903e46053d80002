import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ServerWatch } from './server-watch.js';

describe('ServerWatch', () => {
  let alive: boolean;
  let probes: number;
  let told: string[];
  let watch: ServerWatch;

  beforeEach(() => {
    jest.useFakeTimers();
    alive = true;
    probes = 0;
    told = [];
    watch = new ServerWatch({
      probe: () => {
        probes += 1;
        return alive ? Promise.resolve() : Promise.reject(new Error('silence'));
      },
      onSilent: ({ message }) => told.push(message),
      onBack: () => told.push('back'),
    });
  });
  afterEach(() => {
    watch.stop();
    jest.useRealTimers();
  });

  it('asks nothing while nobody waits, or while answers come', async () => {
    watch.waits()();
    await jest.advanceTimersByTimeAsync(5_000);
    watch.waits();
    for (let n = 0; n < 20; n += 1) {
      await jest.advanceTimersByTimeAsync(400);
      watch.heard();
    }
    expect(probes).toBe(0);
  });

  it('asks again and again while a statement is slow, and leaves it its time', async () => {
    const settled = watch.waits();
    await jest.advanceTimersByTimeAsync(2_100);
    expect(probes).toBe(4);
    expect(watch.silence).toBeUndefined();
    settled();
    await jest.advanceTimersByTimeAsync(5_000);
    expect(probes).toBe(4);
    expect(told).toEqual([]);
  });

  it('tells the outage once, keeps asking, and tells the recovery once', async () => {
    const settled = watch.waits();
    alive = false;
    await jest.advanceTimersByTimeAsync(500);
    expect(told).toEqual(['silence']);
    expect(watch.silence).toEqual(new Error('silence'));
    settled();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(probes).toBe(5);
    alive = true;
    await jest.advanceTimersByTimeAsync(250);
    expect(told).toEqual(['silence', 'back']);
    expect(watch.silence).toBeUndefined();
    await jest.advanceTimersByTimeAsync(5_000);
    expect(probes).toBe(6);
  });

  it('believes an answer on another connection rather than its own probe', async () => {
    let fail: () => void = () => undefined;
    watch = new ServerWatch({
      probe: () => new Promise((_, reject) => (fail = () => reject(new Error('busy')))),
      onSilent: ({ message }) => told.push(message),
      onBack: () => told.push('back'),
    });
    watch.waits();
    await jest.advanceTimersByTimeAsync(600);
    watch.heard();
    fail();
    await jest.advanceTimersByTimeAsync(0);
    expect(told).toEqual([]);
  });

  it('asks nobody once it is stopped', async () => {
    watch.waits();
    watch.stop();
    await jest.advanceTimersByTimeAsync(5_000);
    watch.waits();
    await jest.advanceTimersByTimeAsync(5_000);
    expect(probes).toBe(0);
  });
});
