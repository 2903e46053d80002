import { beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '@gad/cache/testing';
import { EventLoopMonitor } from './event-loop-monitor.js';

const WITHIN_MS = 5;

describe('The event loop monitor', () => {
  let clock: FakeClock;
  let queue: (() => void)[];
  let watch: EventLoopMonitor;
  beforeEach(() => {
    clock = new FakeClock();
    queue = [];
    watch = new EventLoopMonitor(clock, WITHIN_MS, (run) => queue.push(run));
  });

  /** Sockets are polled, then comes the check for immediates. */
  function turn(ms = 1): void {
    clock.advance(ms);
    const due = queue;
    queue = [];
    for (const run of due) run();
  }

  it('the monitor proves nothing before two checks, because a poll may have been under way at the first', () => {
    expect(watch.recent).toBe(false);
    turn();
    expect(watch.recent).toBe(false);
    turn();
    expect(watch.recent).toBe(true);
  });

  it('the monitor counts from the check before the last poll, up to the moment it is asked', () => {
    for (let at = 0; at < 3; at++) {
      void watch.recent;
      turn();
    }
    // The last poll began after the check of one turn ago.
    clock.advance(WITHIN_MS - 1);
    expect(watch.recent).toBe(true);
    clock.advance(1);
    expect(watch.recent).toBe(false);
  });

  it('the monitor forgets nothing while turns go on, and learns nothing from a pause', () => {
    for (let at = 0; at < 100; at++) {
      void watch.recent;
      turn();
    }
    expect(watch.recent).toBe(true);
    turn(WITHIN_MS + 1);
    turn();
    turn();
    expect(queue).toEqual([]);
    clock.advance(WITHIN_MS + 1);
    expect(watch.recent).toBe(false);
    turn();
    expect(watch.recent).toBe(false);
  });

  it('the monitor leaves the loop alone when it is not asked', () => {
    void watch.recent;
    turn();
    turn();
    expect(queue).toEqual([]);
  });

  it('the monitor takes turns that are too long for no proof', () => {
    for (let at = 0; at < 10; at++) {
      void watch.recent;
      turn(WITHIN_MS + 1);
    }
    expect(watch.recent).toBe(false);
  });

  it('the monitor has caught up at the second check, also for callers that asked before the first', async () => {
    const done: string[] = [];
    void watch.drained().then(() => done.push('first'));
    void watch.drained().then(() => done.push('with it'));
    turn();
    void watch.drained().then(() => done.push('later'));
    await Promise.resolve();
    expect(done).toEqual([]);
    turn();
    await Promise.resolve();
    expect(done).toEqual(['first', 'with it']);
    turn();
    await Promise.resolve();
    expect(done).toEqual(['first', 'with it', 'later']);
  });
});
