/**
 * Sends the writes of a key, and removals behind them, in the order in which they were asked for.
 * Large values are compressed on other threads, and who asked last would otherwise be overtaken by
 * who asked for more.
 */
export class WriteOrder {
  /** By key, the last write that has not been sent; it resolves when it is, or never will be. */
  readonly #unsent = new Map<string, Promise<void>>();

  /**
   * Calls `send` once the text is there, what was asked for before has been sent, and `enter` lets
   * it through.
   */
  inTurn<T>(
    key: string,
    text: string | Promise<string>,
    enter: () => Promise<void> | undefined,
    send: (text: string) => Promise<T>,
  ): Promise<T> {
    const before = this.#unsent.get(key);
    const first = before === undefined && typeof text === 'string';
    const entered = first ? enter() : undefined;
    if (first && entered === undefined) return send(text);
    const sending = Promise.all([text, before]).then(async ([ready]) => {
      await (first ? entered : enter());
      // In a box, so that the next one waits for the sending only.
      return { outcome: send(ready) };
    });
    const sent: Promise<void> = sending.then(
      () => this.#done(key, sent),
      () => this.#done(key, sent),
    );
    this.#unsent.set(key, sent);
    return sending.then(({ outcome }) => outcome);
  }

  /** Calls `remove` once every write that was asked for before has been sent. */
  behind<T>(remove: () => Promise<T>): Promise<T> {
    if (this.#unsent.size === 0) return remove();
    return Promise.all(this.#unsent.values()).then(remove);
  }

  #done(key: string, sent: Promise<void>): void {
    if (this.#unsent.get(key) === sent) this.#unsent.delete(key);
  }
}
