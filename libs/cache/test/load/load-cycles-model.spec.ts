import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FakeClock, settle } from '@gad/cache/testing';
import { manualEngine } from '../support/manual-engine.js';
import { failOnLeaks } from '../support/resources.js';

failOnLeaks();

describe('Random loads that need each other', () => {
  /** What a loader of a key asks for before it answers: one after the other, at once or as a batch. */
  const graph = fc.array(
    fc.record({
      needs: fc.uniqueArray(fc.nat(4), { maxLength: 2 }),
      by: fc.constantFrom('turn', 'once', 'batch'),
      pauses: fc.nat(3),
    }),
    { minLength: 5, maxLength: 5 },
  );
  const callers = fc.array(
    fc.record({
      keys: fc.uniqueArray(fc.nat(4), { minLength: 1, maxLength: 3 }),
      pauses: fc.nat(6),
      // What is removed meanwhile sends the callers that wait for it to the next load.
      removes: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, fc.constant(true)),
    }),
    { minLength: 2, maxLength: 8 },
  );

  it('loads that need each other always end without a timeout, whatever their calls', async () => {
    await fc.assert(
      fc.asyncProperty(graph, callers, fc.boolean(), async (nodes, asked, composed) => {
        const clock = new FakeClock();
        const { cache } = manualEngine({ clock });
        const pause = async (turns: number): Promise<void> => {
          for (let turn = 0; turn < turns; turn++) await settle();
        };
        // As deep as any ring is long; without a bound the calls themselves would never end.
        const load = async (at: number, depth: number): Promise<unknown> => {
          const node = nodes[at];
          await pause(node?.pauses ?? 0);
          if (node === undefined || depth === 0) return at;
          const one = (need: number) => read(need, depth - 1);
          if (node.by === 'batch') return [at, await readMany(node.needs, depth - 1)];
          if (node.by === 'once') return [at, await Promise.all(node.needs.map(one))];
          const parts: unknown[] = [];
          for (const need of node.needs) parts.push(await one(need));
          return [at, parts];
        };
        const read = (at: number, depth: number): Promise<unknown> =>
          cache.getOrSet(`k:${at}`, () => load(at, depth));
        const readMany = (ids: readonly number[], depth: number): Promise<unknown> =>
          cache.getOrSetMany(
            ids,
            (id) => `k:${id}`,
            (missing) => Promise.all(missing.map((id) => (composed ? read : load)(id, depth))),
          );
        let ended = 0;
        const ends = asked.map(async ({ keys, pauses, removes }) => {
          await pause(pauses);
          const [first] = keys;
          if (removes) await cache.delete(keys.map((at) => `k:${at}`));
          else if (keys.length === 1 && first !== undefined) await read(first, 5);
          else await readMany(keys, 5);
          ended++;
        });
        for (let turn = 0; turn < 3_000 && ended < asked.length; turn++) await settle();
        expect(ended).toBe(asked.length);
        await Promise.all(ends);
        expect(clock.now()).toBe(0);
        expect(cache.counts().loading).toBe(0);
        await cache.close();
      }),
      { numRuns: 150 },
    );
  });
});
