import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MemoryStore } from '@gad/cache/store';
import { FakeClock } from '@gad/cache/testing';
import { manualEngine } from '../support/manual-engine.js';
import { failOnLeaks } from '../support/resources.js';

failOnLeaks();

const PROCESSES = 4;
/** The life of a marker, which every load without a value renews. */
const MARKER_MS = 2_000;

/** A caller comes so long after the one before it, to one of the processes. */
const arrival = fc.record({
  afterMs: fc.nat(900),
  process: fc.nat(PROCESSES - 1),
  loadMs: fc.integer({ min: 1, max: 1_500 }),
  yields: fc.constantFrom('error', 'undefined', 'skipped', 'null', 'large'),
});

describe('Random callers in four processes of a key that yields nothing to store', () => {
  it('callers wait for no load but their own, except while the first one runs', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(arrival, { minLength: 2, maxLength: 40 }), async (arrivals) => {
        const clock = new FakeClock();
        const store = new MemoryStore({ clock });
        const caches = Array.from(
          { length: PROCESSES },
          () => manualEngine({ clock, store }).cache,
        );
        const pause = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));
        const waits: { at: number; beforeMs: number }[] = [];
        let firstEndedAt = Infinity;
        const ask = async ({
          process,
          loadMs,
          yields,
        }: (typeof arrivals)[number]): Promise<void> => {
          const at = clock.now();
          let began: number | undefined;
          const end = await caches[process]
            ?.getOrSet(
              'k',
              async (way) => {
                began = clock.now();
                await pause(loadMs);
                firstEndedAt = Math.min(firstEndedAt, clock.now());
                if (yields === 'error') throw new RangeError('no row');
                if (yields === 'skipped') way.skipStore();
                if (yields === 'large') return 'x'.repeat(1_100_000);
                return yields === 'undefined' ? undefined : null;
              },
              { ttl: 60, negativeTtl: 0 },
            )
            .catch((error: unknown) => error);
          if (end instanceof Error && !(end instanceof RangeError)) throw end;
          // A caller that joined a load in its process waited for that, and for no load of its own.
          waits.push({ at, beforeMs: (began ?? at) - at });
        };
        const asked: Promise<void>[] = [];
        for (const each of arrivals) {
          await clock.advanceAsync(each.afterMs);
          asked.push(ask(each));
        }
        await clock.advanceAsync(PROCESSES * MARKER_MS);
        await Promise.all(asked);
        for (const { at, beforeMs } of waits) {
          if (at > firstEndedAt) expect(beforeMs).toBe(0);
          else expect(at + beforeMs).toBeLessThanOrEqual(Math.max(at, firstEndedAt));
        }
        expect(waits).toHaveLength(arrivals.length);
        expect(await store.read('k')).toBeUndefined();
      }),
      { numRuns: 100 },
    );
  });
});
