import type { Clock } from '../clock.js';

/** A pause of one loop that can be cut short, also before it has begun. */
export class Nap {
  #woken: number | undefined;
  #wake: ((ms: number) => void) | undefined;

  constructor(private readonly clock: Clock) {}

  /** Rests for `ms`, or for less if it is or was woken since the last one. */
  take(ms: number): Promise<void> {
    const rest = this.#woken === undefined ? ms : Math.min(ms, this.#woken);
    this.#woken = undefined;
    return new Promise((resolve) => {
      let endsAt = this.clock.now() + rest;
      const done = (): void => {
        this.#wake = undefined;
        resolve();
      };
      let cancel = this.clock.after(rest, done);
      this.#wake = (sooner) => {
        if (this.clock.now() + sooner >= endsAt) return;
        cancel();
        endsAt = this.clock.now() + sooner;
        cancel = this.clock.after(sooner, done);
      };
    });
  }

  /** Ends the nap after at most `ms` more; the next one, if none is being taken. */
  end(ms: number): void {
    if (this.#wake === undefined) this.#woken = Math.min(ms, this.#woken ?? ms);
    else this.#wake(ms);
  }
}
