import { describe, expect, it } from '@jest/globals';
import { FakeClock } from './fake-clock.js';

describe('The fake clock', () => {
  it('the fake clock runs due timers in order, new ones too, and nothing later', () => {
    const clock = new FakeClock();
    const ran: string[] = [];
    const note = (name: string) => () => void ran.push(`${name}@${clock.now()}`);
    clock.after(30, note('late'));
    clock.after(20, note('second'));
    clock.after(10, () => clock.after(15, note('chained')));
    clock.after(5, note('cancelled'))();
    clock.advance(29);
    expect(ran).toEqual(['second@20', 'chained@25']);
    expect(clock.now()).toBe(29);
    expect(clock.pending).toBe(1);
  });

  it('the fake clock lets promises settle between two timers when asked to', async () => {
    const clock = new FakeClock();
    const waitTwice = async (): Promise<number> => {
      for (let turn = 0; turn < 2; turn++) {
        await new Promise<void>((resolve) => void clock.after(10, resolve));
      }
      return clock.now();
    };
    const done = waitTwice();
    await clock.advanceAsync(100);
    expect(await done).toBe(20);
    expect(clock.now()).toBe(100);
  });

  it('the fake clock plays a busy process: timers run late, in order, and may cancel each other', async () => {
    const clock = new FakeClock();
    const ran: string[] = [];
    clock.after(20, () => void ran.push(`b@${clock.now()}`));
    const cancel = clock.after(30, () => void ran.push('cancelled'));
    clock.after(10, () => {
      ran.push(`a@${clock.now()}`);
      cancel();
    });
    await clock.stall(500);
    expect(ran).toEqual(['a@500', 'b@500']);
  });
});
