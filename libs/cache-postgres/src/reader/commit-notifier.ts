/** Half of what a reader may be late by, and two hundred small statements a second at most. */
const PAUSE_MS = 5;

/**
 * Notifies readers of the outbox in other processes of appends: the first time at once, then once per
 * pause for everything appended meanwhile. A hint: readers poll at least five times a second anyway, so a
 * notice that is lost, or whose process dies first, costs a fifth of a second at most.
 */
export class CommitNotifier {
  #sending: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #missed = false;
  #closed = false;

  /** @param send may fail, as when the database has just gone */
  constructor(private readonly send: () => Promise<unknown>) {}

  /** Returns at once: no write waits for its readers. */
  committed(): void {
    if (this.#closed) return;
    if (this.#sending !== undefined) {
      this.#missed = true;
      return;
    }
    this.#missed = false;
    this.#sending = this.send().then(
      () => this.#pause(),
      () => this.#pause(),
    );
  }

  /** Waits for the notice that is under way; those that are due are not sent any more. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#sending;
  }

  #pause(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#sending = undefined;
      if (this.#missed) this.committed();
    }, PAUSE_MS);
    this.#timer.unref();
  }
}
