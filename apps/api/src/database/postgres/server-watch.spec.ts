import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ServerWatch } from './server-watch.js';

describe('ServerWatch', () => {
  let alive: boolean;
  let probes: number;
  let events: string[];
  let watch: ServerWatch;

  beforeEach(() => {
    jest.useFakeTimers();
    alive = true;
    probes = 0;
    events = [];
    watch = new ServerWatch({
      probe: () => {
        probes += 1;
        return alive ? Promise.resolve() : Promise.reject(new Error('silence'));
      },
      onSilent: ({ message }) => events.push(message),
      onBack: () => events.push('back'),
    });
  });
  afterEach(() => {
    watch.stop();
    jest.useRealTimers();
  });

  it('asks nothing while no statement waits, or while answers come', async () => {
    watch.waits()();
    await jest.advanceTimersByTimeAsync(5_000);
    watch.waits();
    for (let n = 0; n < 20; n += 1) {
      await jest.advanceTimersByTimeAsync(400);
      watch.answered();
    }
    expect(probes).toBe(0);
  });

  it('ServerWatch asks again and again while a statement is slow, and leaves it its time', async () => {
    const settled = watch.waits();
    await jest.advanceTimersByTimeAsync(2_100);
    expect(probes).toBe(4);
    expect(watch.silence).toBeUndefined();
    settled();
    await jest.advanceTimersByTimeAsync(5_000);
    expect(probes).toBe(4);
    expect(events).toEqual([]);
  });

  it('reports the outage once, keeps asking, and reports the recovery once', async () => {
    const settled = watch.waits();
    alive = false;
    await jest.advanceTimersByTimeAsync(500);
    expect(events).toEqual(['silence']);
    expect(watch.silence).toEqual(new Error('silence'));
    settled();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(probes).toBe(5);
    alive = true;
    await jest.advanceTimersByTimeAsync(250);
    expect(events).toEqual(['silence', 'back']);
    expect(watch.silence).toBeUndefined();
    await jest.advanceTimersByTimeAsync(5_000);
    expect(probes).toBe(6);
  });

  it('ServerWatch believes an answer on another connection rather than its own probe', async () => {
    let fail: () => void = () => undefined;
    watch = new ServerWatch({
      probe: () => new Promise((_, reject) => (fail = () => reject(new Error('busy')))),
      onSilent: ({ message }) => events.push(message),
      onBack: () => events.push('back'),
    });
    watch.waits();
    await jest.advanceTimersByTimeAsync(600);
    watch.answered();
    fail();
    await jest.advanceTimersByTimeAsync(0);
    expect(events).toEqual([]);
  });

  it('asks nothing once it is stopped', async () => {
    watch.waits();
    watch.stop();
    await jest.advanceTimersByTimeAsync(5_000);
    watch.waits();
    await jest.advanceTimersByTimeAsync(5_000);
    expect(probes).toBe(0);
  });
});
