/**
 * What a batch loader threw. The failure may concern any of its keys, so callers that joined one
 * key later may share it only if the store confirmed all keys: the load of each key counts its
 * callers, then all release their leases, and the counted callers share the failure if no release
 * was refused.
 */
export class BatchFailure {
  readonly #counted: Countdown;
  readonly #released: Countdown;
  #confirmed = true;

  /** @param keys number of loads that end with it */
  constructor(
    readonly reason: unknown,
    keys: number,
  ) {
    this.#counted = new Countdown(keys);
    this.#released = new Countdown(keys);
  }

  /**
   * Ends the load of one key, whose callers are counted.
   *
   * @param release resolves with whether the store confirmed that the key was not invalidated
   *   meanwhile
   * @returns whether the store confirmed all keys
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

/** Releases all waiters when the last one has arrived. */
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
