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
    const next = (left: number): NodeJS.Timeout =>
      left <= MAX_TIMER_MS
        ? setTimeout(run, left)
        : setTimeout(() => (timer = next(left - MAX_TIMER_MS)), MAX_TIMER_MS);
    let timer = next(ms);
    return () => clearTimeout(timer);
  },
};

/**
 * Whether `work` fulfilled within `ms` milliseconds; rejects with its error if it rejects in time.
 */
export function fulfilledWithin(
  clock: Clock,
  work: Promise<unknown>,
  ms: number,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => resolve(false));
    work.then(
      () => {
        cancel();
        resolve(true);
      },
      (error: unknown) => {
        cancel();
        reject(error instanceof Error ? error : new Error(String(error)));
      },
    );
  });
}

/** Resolves after `ms` milliseconds of the given clock. */
export function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve);
  });
}
