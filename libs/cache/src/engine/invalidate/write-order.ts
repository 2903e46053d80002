/**
 * Sends the writes of a key, and the removals after them, in the order of the calls. Large values
 * are compressed on other threads, so that a later small one would otherwise overtake them.
 */
export class WriteOrder {
  /** By key, the last write that has not been sent; it resolves when it is, or never will be. */
  readonly #unsent = new Map<string, Promise<void>>();

  /** Calls `send` once the text is there, the write before it has been sent, and `enter` allows it. */
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

  /** Resolves when every write asked for so far has been sent; `undefined` if they all have been. */
  unsent(): Promise<unknown> | undefined {
    return this.#unsent.size === 0 ? undefined : Promise.all(this.#unsent.values());
  }

  #done(key: string, sent: Promise<void>): void {
    if (this.#unsent.get(key) === sent) this.#unsent.delete(key);
  }
}
