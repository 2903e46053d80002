import type { Clock } from '../clock.js';

/** A sleep of one loop that can be ended early, even before it has begun. */
export class WakeableSleep {
  #woken: number | undefined;
  #cutShort: ((ms: number) => void) | undefined;

  constructor(private readonly clock: Clock) {}

  /** Sleeps for `ms`, or less if woken during it or since the last sleep. */
  sleep(ms: number): Promise<void> {
    const rest = this.#woken === undefined ? ms : Math.min(ms, this.#woken);
    this.#woken = undefined;
    return new Promise((resolve) => {
      let endsAt = this.clock.now() + rest;
      const done = (): void => {
        this.#cutShort = undefined;
        resolve();
      };
      let cancel = this.clock.after(rest, done);
      this.#cutShort = (sooner) => {
        if (this.clock.now() + sooner >= endsAt) return;
        cancel();
        endsAt = this.clock.now() + sooner;
        cancel = this.clock.after(sooner, done);
      };
    });
  }

  /** Ends the current or next sleep after at most `ms` more. */
  wake(ms: number): void {
    if (this.#cutShort === undefined) this.#woken = Math.min(ms, this.#woken ?? ms);
    else this.#cutShort(ms);
  }
}
