/**
 * The only source of time in this library. Every class that measures or waits receives it, so that
 * a test can advance time instead of sleeping.
 */
export interface Clock {
  /** Milliseconds on a monotonic scale: only differences are meaningful. */
  now(): number;
  /** Runs `run` once after `ms` milliseconds; the returned function cancels it. */
  after(ms: number, run: () => void): () => void;
}

/** Node's timers fire at once for longer delays (milliseconds; 24.8 days). */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** The monotonic clock and Node's timers; longer waits are split into several timers. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after: (ms, run) => {
    if (ms <= MAX_TIMER_MS) {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    }
    let cancel = systemClock.after(MAX_TIMER_MS, () => {
      cancel = systemClock.after(ms - MAX_TIMER_MS, run);
    });
    return () => cancel();
  },
};

/**
 * Settles as `work` does, unless that takes longer than `ms` milliseconds: then as `late` decides,
 * which may throw. No timer outlives the result, and a later outcome of `work` is ignored.
 */
export function settleWithin<T, L>(
  clock: Clock,
  work: Promise<T>,
  ms: number,
  late: () => L,
): Promise<T | L> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => {
      try {
        resolve(late());
      } catch (error) {
        // What `late` throws, unchanged.
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
        reject(error);
      }
    });
    work.finally(cancel).then(resolve, reject);
  });
}

/** Resolves after `ms` milliseconds of the given clock. */
export function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve);
  });
}
