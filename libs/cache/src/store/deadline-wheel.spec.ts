import { describe, expect, it } from '@jest/globals';
import { CacheUnavailableError } from '../cache-errors.js';
import { FakeClock } from '../testing/fake-clock.js';
import { DeadlineWheel } from './deadline-wheel.js';

/** Moves the clock as a machine that is not busy does: a tick at a time. */
async function pass(clock: FakeClock, ms: number): Promise<void> {
  for (let tick = 0; tick < ms; tick += 5) clock.advance(5);
  await Promise.resolve();
}

function wheel(): { clock: FakeClock; wheel: DeadlineWheel; events: string[] } {
  const clock = new FakeClock();
  const events: string[] = [];
  const hooks = {
    answered: (): void => void events.push('answered'),
    failed: (error: unknown): Error => {
      events.push('failed');
      return error instanceof Error ? error : new Error(String(error));
    },
  };
  return { clock, wheel: new DeadlineWheel(clock, hooks), events };
}

const never = new Promise<never>(() => undefined);

describe('The deadline wheel', () => {
  it('passes answers and failures on', async () => {
    const { wheel: bounds, events } = wheel();
    expect(await bounds.bound(Promise.resolve(20), 50, (n) => Number(n) + 1)).toBe(21);
    await expect(bounds.bound(Promise.reject(new Error('no')), 50, String)).rejects.toThrow('no');
    expect(events).toEqual(['answered', 'failed']);
  });

  it('rejects each call at its own deadline, at most two ticks late', async () => {
    const { clock, wheel: bounds } = wheel();
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

  it('grants one more tick when this process itself was late', async () => {
    const { clock, wheel: bounds } = wheel();
    const ended: string[] = [];
    let answer: (text: string) => void = () => undefined;
    const work = new Promise<string>((resolve) => (answer = resolve));
    const settled = bounds.bound(work, 20, String).then(
      (text) => ended.push(text),
      () => ended.push('timeout'),
    );
    // The timer that was due after 5 ms runs after 500: an advance in one go fires it at its own
    // time, so the lateness is played by a clock that jumps while the timer runs.
    Object.defineProperty(clock, 'now', { value: () => 500 });
    clock.advance(5);
    answer('in the socket all the time');
    await settled;
    expect(ended).toEqual(['in the socket all the time']);
  });
});
