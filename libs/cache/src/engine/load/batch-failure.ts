/**
 * What a batch loader threw. It is about any of its keys, so callers that joined later may share it
 * by way of one key only if the store confirmed all of them: each key's way counts its callers, then
 * all of them release, and share what they counted if none was refused.
 */
export class BatchFailure {
  readonly #counted: Countdown;
  readonly #released: Countdown;
  #confirmed = true;

  /** @param keys how many ways end with it */
  constructor(
    readonly reason: unknown,
    keys: number,
  ) {
    this.#counted = new Countdown(keys);
    this.#released = new Countdown(keys);
  }

  /**
   * Ends the way of one key, whose callers are counted.
   *
   * @param release whether the store confirmed that the key was not invalidated meanwhile
   * @returns whether it did so for all keys
   */
  async end(release: () => Promise<boolean>): Promise<boolean> {
    await this.#counted.arrive();
    let confirmed = false;
    try {
      confirmed = await release();
    } finally {
      if (!confirmed) this.#confirmed = false;
      await this.#released.arrive();
    }
    return this.#confirmed;
  }
}

/** Lets all go on when the last has arrived. */
class Countdown {
  readonly #all: Promise<void>;
  #open: () => void = () => undefined;

  constructor(private left: number) {
    this.#all = new Promise((resolve) => (this.#open = resolve));
  }

  arrive(): Promise<void> {
    if (--this.left === 0) this.#open();
    return this.#all;
  }
}
