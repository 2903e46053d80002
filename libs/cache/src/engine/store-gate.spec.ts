import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../testing/fake-clock.js';
import { settle } from '../testing/settle.js';
import type { GateParts } from './store-gate.js';
import { ENDING, StoreGate } from './store-gate.js';

const OTHERS = {};

/** A gate whose calls are answered when the test says so. */
function gated(parts: Partial<GateParts> = {}) {
  const clock = new FakeClock();
  const gate = new StoreGate({
    ...{ clock, time: clock, asked: () => true, deadlineMs: 50, queueMs: 5_000 },
    ...parts,
  });
  const passed: string[] = [];
  const enter = (name: string, line: object = OTHERS): void => {
    const entered = gate.enter(line) ?? Promise.resolve();
    entered.then(
      () => passed.push(name),
      () => passed.push(`${name} refused`),
    );
  };
  /** Fills the gate, and answers how many that took. */
  const fill = (): number => {
    for (let inside = 0; ; inside++) if (gate.enter(OTHERS) !== undefined) return inside;
  };
  return { clock, gate, passed, enter, fill };
}

/** Answers calls, each of which took so long, until nothing waits any more. */
async function answer(gate: StoreGate, count: number, tookMs: number): Promise<void> {
  for (let n = 0; n < count; n++) gate.leave(tookMs);
  await settle();
}

describe('The gate in front of the store', () => {
  it('the gate lets a bounded number of calls through, and the next one at each answer', async () => {
    const { gate, passed, enter, fill } = gated();
    expect(fill()).toBe(64);
    await answer(gate, 1, 1);
    for (const name of ['a', 'b']) enter(name);
    await settle();
    expect(passed).toEqual([]);
    await answer(gate, 1, 1);
    expect(passed).toEqual(['a']);
    await answer(gate, 1, 1);
    expect(passed).toEqual(['a', 'b']);
  });

  it('requests take turns at the gate, so that one with thousands of calls holds no other up', async () => {
    const { gate, passed, enter, fill } = gated();
    fill();
    const [many, one] = [{}, {}];
    for (let n = 0; n < 3; n++) enter(`many ${n}`, many);
    enter('one', one);
    await answer(gate, 5, 1);
    expect(passed).toEqual(['many 0', 'one', 'many 1', 'many 2']);
  });

  it('the gate lets the ends of loads pass first', async () => {
    const { gate, passed, enter, fill } = gated();
    fill();
    enter('read');
    enter('fill', ENDING);
    // The call with which `fill` found the gate full waits in front of `read`.
    await answer(gate, 3, 1);
    expect(passed).toEqual(['fill', 'read']);
  });

  it('the gate refuses calls that have waited for too long', async () => {
    const { gate, clock, passed, enter, fill } = gated({ queueMs: 100 });
    fill();
    await answer(gate, 1, 1);
    enter('early');
    await clock.advanceAsync(101);
    enter('late');
    await answer(gate, 1, 1);
    expect(passed).toEqual(['early refused', 'late']);
  });

  it('the gate opens while answers take no longer than the quickest, however long that is', async () => {
    const { gate, clock, enter, fill } = gated();
    const inside = fill();
    for (let n = 0; n < 1_000; n++) enter('waiting');
    await clock.advanceAsync(40);
    await answer(gate, inside, 40);
    await clock.advanceAsync(40);
    await answer(gate, 80, 40);
    await answer(gate, 100, 40);
    expect(fill()).toBe(0);
    expect(gate.width).toBeGreaterThan(inside);
  });

  it('the gate closes, though never fully, while answers take longer than the quickest', async () => {
    const { gate, clock, enter, fill } = gated();
    enter('quick');
    await answer(gate, 1, 1);
    fill();
    for (let n = 0; n < 2_000; n++) enter('waiting');
    for (let round = 0; round < 10; round++) {
      await clock.advanceAsync(100);
      await answer(gate, gate.width, 100);
    }
    expect(gate.width).toBe(32);
  });

  it('the gate holds the queue for one deadline, and no longer, when the store has just become unavailable', async () => {
    let asked = true;
    const { gate, clock, passed, enter, fill } = gated({ asked: () => asked });
    const inside = fill();
    enter('a');
    asked = false;
    await answer(gate, inside, 50);
    await clock.advanceAsync(40);
    expect(passed).toEqual([]);
    await clock.advanceAsync(20);
    expect(passed).toEqual(['a']);
    await answer(gate, 2, 0);
    expect(clock.pending).toBe(0);
  });

  it('the gate lets the queue go on when the store is back by then', async () => {
    let asked = true;
    const { gate, clock, passed, enter, fill } = gated({ asked: () => asked });
    const inside = fill();
    enter('a');
    asked = false;
    await answer(gate, inside, 50);
    asked = true;
    await clock.advanceAsync(10);
    expect(passed).toEqual(['a']);
  });
});
