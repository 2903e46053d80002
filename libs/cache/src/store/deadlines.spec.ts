import { describe, expect, it } from '@jest/globals';
import { CacheUnavailableError } from '../cache-errors.js';
import { FakeClock } from '../testing/fake-clock.js';
import { Deadlines } from './deadlines.js';

/** Moves the clock as a machine that is not busy does: a tick at a time. */
async function pass(clock: FakeClock, ms: number): Promise<void> {
  for (let tick = 0; tick < ms; tick += 5) clock.advance(5);
  await Promise.resolve();
}

function ticking(): { clock: FakeClock; deadlines: Deadlines; events: string[] } {
  const clock = new FakeClock();
  const events: string[] = [];
  const hooks = {
    answered: (): void => void events.push('answered'),
    answeredLate: (): void => void events.push('late'),
    failed: (error: unknown): Error => {
      events.push('failed');
      return error instanceof Error ? error : new Error(String(error));
    },
  };
  return { clock, deadlines: new Deadlines(clock, hooks), events };
}

const never = new Promise<never>(() => undefined);

describe('Deadlines', () => {
  it('deadlines let answers and failures pass', async () => {
    const { deadlines: bounds, events } = ticking();
    expect(await bounds.bound(Promise.resolve(20), 50, (n) => Number(n) + 1)).toBe(21);
    await expect(bounds.bound(Promise.reject(new Error('no')), 50, String)).rejects.toThrow('no');
    expect(events).toEqual(['answered', 'failed']);
  });

  it('deadlines reject each call at its own time, at most two ticks late', async () => {
    const { clock, deadlines: bounds } = ticking();
    const ended: string[] = [];
    const late = (name: string) => (error: unknown) => {
      if (error instanceof CacheUnavailableError) ended.push(`${name} ${error.reason}`);
    };
    void bounds.bound(never, 50, String).catch(late('fifty'));
    void bounds.bound(never, 20, String).catch(late('twenty'));
    await pass(clock, 15);
    expect(ended).toEqual([]);
    await pass(clock, 15);
    expect(ended).toEqual(['twenty timeout']);
    await pass(clock, 30);
    expect(ended).toEqual(['twenty timeout', 'fifty timeout']);
  });

  describe('in a process that is late with its timers', () => {
    /** Ticks that each come 500 ms after the one before; before each the socket is read. */
    function busyProcess(): { bounds: Deadlines; tick: () => Promise<void> } {
      const { clock, deadlines: bounds } = ticking();
      let now = 0;
      // An advance fires a timer at its own time, so the lateness is played by a clock that jumps.
      Object.defineProperty(clock, 'now', { value: () => now });
      const tick = async (): Promise<void> => {
        now += 500;
        clock.advance(5);
        await Promise.resolve();
      };
      return { bounds, tick };
    }

    it('deadlines do not take an answer that waits in the socket for a missing one', async () => {
      const { bounds, tick } = busyProcess();
      // Keeps the ticks coming.
      void bounds.bound(never, 60_000, String);
      for (let call = 0; call < 5; call++) {
        let answer: (text: string) => void = () => undefined;
        const work = new Promise<string>((resolve) => (answer = resolve));
        const settled = bounds.bound(work, 20, String).catch(() => 'timeout');
        await tick();
        answer('in the socket all the time');
        expect(await settled).toBe('in the socket all the time');
      }
    });

    it('deadlines give a call up after as many polls of the sockets as an idle process makes', async () => {
      const { bounds, tick } = busyProcess();
      const ended: string[] = [];
      for (const ms of [20, 50, 6_000]) {
        void bounds.bound(never, ms, String).catch(() => ended.push(String(ms)));
      }
      const endedAfter: string[][] = [];
      for (let polls = 1; polls <= 13; polls++) {
        await tick();
        endedAfter.push([...ended]);
      }
      expect(endedAfter[3]).toEqual([]);
      expect(endedAfter[4]).toEqual(['20']);
      expect(endedAfter[8]).toEqual(['20']);
      expect(endedAfter[9]).toEqual(['20', '50']);
      // Counted from the first tick after the call.
      expect(endedAfter[11]).toEqual(['20', '50']);
      expect(endedAfter[12]).toEqual(['20', '50', '6000']);
    });
  });

  it('deadlines do not count slow turns of this process against a call', async () => {
    const { clock, deadlines: bounds } = ticking();
    let answer: (text: string) => void = () => undefined;
    const work = new Promise<string>((resolve) => (answer = resolve));
    const settled = bounds.bound(work, 50, String).catch(() => 'timeout');
    for (let turn = 0; turn < 9; turn++) await clock.stall(12);
    answer('read in the tenth turn');
    expect(await settled).toBe('read in the tenth turn');
  });

  it('deadlines report an answer that comes after its call was given up, once', async () => {
    const { clock, deadlines: bounds, events } = ticking();
    let answer: (text: string) => void = () => undefined;
    const work = new Promise<string>((resolve) => (answer = resolve));
    const settled = bounds.bound(work, 50, String).catch(() => 'timeout');
    await pass(clock, 60);
    expect(await settled).toBe('timeout');
    expect(events).toEqual(['failed']);
    answer('late');
    await Promise.resolve();
    expect(events).toEqual(['failed', 'late']);
  });

  it('deadlines have a clock that gains no more than a tick between two ticks', () => {
    const { clock, deadlines: bounds } = ticking();
    let now = 0;
    Object.defineProperty(clock, 'now', { value: () => now });
    void bounds.bound(never, 60_000, String);
    now = 4;
    expect(bounds.now()).toBe(4);
    now = 400;
    expect(bounds.now()).toBe(5);
    clock.advance(5);
    expect(bounds.now()).toBe(5);
    now = 404;
    expect(bounds.now()).toBe(9);
  });

  it('deadlines give a call that waited for a long turn its whole time from then on', async () => {
    const { clock, deadlines: bounds } = ticking();
    let failed = false;
    void bounds.bound(never, 50, String).catch(() => (failed = true));
    await clock.stall(200);
    await pass(clock, 40);
    expect(failed).toBe(false);
    await pass(clock, 20);
    expect(failed).toBe(true);
  });
});
