import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Step } from './protocol-world.js';
import { STEPS, World } from './protocol-world.js';

const step = fc.record({
  name: fc.constantFrom(...STEPS),
  process: fc.nat(1),
  key: fc.nat(1),
  by: fc.integer({ min: 1, max: 120 }),
});

/** Plays the steps and returns what was read against the rules. */
function violations(steps: readonly Step[], barrier: boolean): string[] {
  const world = new World(2, barrier);
  for (const each of steps) world.play(each);
  return world.violations;
}

describe('The protocol of removal messages under any order, loss and delay', () => {
  it.each([
    ['serves nothing that was removed longer ago than the bound', false],
    ['serves nothing whose removal was acknowledged, with the barrier', true],
  ])('the protocol %s', (_, barrier) => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 120 }), (steps) => {
        expect(violations(steps, barrier)).toEqual([]);
      }),
      { numRuns: 3_000, seed: 20_261_126 },
    );
  });

  it('the model does serve copies (guards against a vacuous test)', () => {
    const samples = fc.sample(fc.array(step, { minLength: 20, maxLength: 120 }), {
      numRuns: 500,
      seed: 20_261_126,
    });
    let hits = 0;
    let removals = 0;
    for (const steps of samples) {
      const world = new World(2, false);
      for (const each of steps) world.play(each);
      hits += world.hits;
      removals += world.removalsOfCopies;
    }
    expect(hits).toBeGreaterThan(200);
    expect(removals).toBeGreaterThan(500);
  });
});
