/**
 * The only source of time in this library. Handed to every class that measures or waits, so that
 * a test can move time instead of sleeping.
 */
export interface Clock {
  /** Milliseconds on a monotonic scale: differences mean something, the absolute value does not. */
  now(): number;
  /** Runs `run` once after `ms` milliseconds; the returned function cancels it. */
  after(ms: number, run: () => void): () => void;
}

/** Node's timers fire at once beyond this many milliseconds, 24.8 days. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** The machine's monotonic clock and Node's timers, in turns where one timer cannot wait so long. */
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

/** Whether `work` fulfilled within `ms` milliseconds; rejects as it does, if in time. */
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
