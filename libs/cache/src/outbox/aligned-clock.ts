import type { Clock } from '../clock.js';

/** Timers of at least these lengths end on multiples of the second number, in milliseconds. */
const GRIDS = [
  [150, 200],
  [75, 100],
  [25, 25],
] as const;

/** So much of its grid a timer may be late, in order that one which is due there is not an early one. */
const LATE_SHARE = 1 / 8;

interface Tick {
  readonly runs: Set<() => void>;
  readonly cancel: () => void;
}

/**
 * A clock for loops, whose longer timers end together: what many loops send at the same moment leaves
 * in one write for each server, and one timer wakes the process for all of them. A timer ends on the
 * last multiple of its grid before its time, or a little after it: loops that began at any moment come
 * into step, and stay in it whatever their rounds take. Not for a wait that must not be shorter.
 */
export function alignedClock(clock: Clock): Clock {
  const ticks = new Map<number, Tick>();
  const tickAt = (end: number): Tick => {
    const known = ticks.get(end);
    if (known !== undefined) return known;
    const runs = new Set<() => void>();
    const cancel = clock.after(Math.max(0, end - clock.now()), () => {
      ticks.delete(end);
      for (const run of runs) run();
    });
    const tick = { runs, cancel };
    ticks.set(end, tick);
    return tick;
  };
  return {
    now: () => clock.now(),
    after: (ms, run) => {
      const grid = GRIDS.find(([from]) => ms >= from)?.[1];
      if (grid === undefined) return clock.after(ms, run);
      const now = clock.now();
      const last = Math.floor((now + ms) / grid + LATE_SHARE) * grid;
      const end = last > now ? last : last + grid;
      const tick = tickAt(end);
      // Equal functions are different timers.
      const own = (): void => run();
      tick.runs.add(own);
      return () => {
        if (!tick.runs.delete(own) || tick.runs.size > 0 || ticks.get(end) !== tick) return;
        tick.cancel();
        ticks.delete(end);
      };
    },
  };
}
