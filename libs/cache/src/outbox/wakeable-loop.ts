import type { Clock } from '../clock.js';

/** Runs one round after another, with a pause between them that can be ended early. */
export class WakeableLoop {
  readonly #pause: WakeableSleep;
  #stopped = false;
  #running: Promise<void> = Promise.resolve();

  /** @param round resolves with the pause after it, in milliseconds */
  constructor(
    clock: Clock,
    private readonly round: () => Promise<number>,
  ) {
    this.#pause = new WakeableSleep(clock);
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Ends the current or next pause after at most `ms` more. */
  wake(ms: number): void {
    this.#pause.wake(ms);
  }

  /** Resolves when the current round has ended; no other begins. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#pause.wake(0);
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const pauseMs = await this.round();
      if (!this.#stopped) await this.#pause.sleep(pauseMs);
    }
  }
}

/** A sleep of one loop that can be ended early, even before it has begun. */
class WakeableSleep {
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
