import type { Clock } from '../clock.js';

/** Timers of at least this length are rounded up to multiples of it, in milliseconds. */
const GRID_MS = 25;

interface Tick {
  readonly runs: Set<() => void>;
  readonly cancel: () => void;
}

/**
 * A clock whose longer timers end together, on one grid: what many loops send at the same moment
 * leaves in one write for each server, and one timer wakes the process for all of them.
 */
export function alignedClock(clock: Clock): Clock {
  const ticks = new Map<number, Tick>();
  const tickAt = (n: number): Tick => {
    const known = ticks.get(n);
    if (known !== undefined) return known;
    const runs = new Set<() => void>();
    const cancel = clock.after(Math.max(0, n * GRID_MS - clock.now()), () => {
      ticks.delete(n);
      for (const run of runs) run();
    });
    const tick = { runs, cancel };
    ticks.set(n, tick);
    return tick;
  };
  return {
    now: () => clock.now(),
    after: (ms, run) => {
      if (ms < GRID_MS) return clock.after(ms, run);
      const n = Math.ceil((clock.now() + ms) / GRID_MS);
      const tick = tickAt(n);
      // Equal functions are different timers.
      const own = (): void => run();
      tick.runs.add(own);
      return () => {
        if (!tick.runs.delete(own) || tick.runs.size > 0 || ticks.get(n) !== tick) return;
        tick.cancel();
        ticks.delete(n);
      };
    },
  };
}
