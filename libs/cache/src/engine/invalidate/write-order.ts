/**
 * Sends the writes of a key, and the removals after them, in the order of the calls. Large values
 * are compressed on other threads, so a later small value could otherwise overtake them.
 */
export class WriteOrder {
  /** The last unsent write of each key; resolves when it has been sent or discarded. */
  readonly #unsent = new Map<string, Promise<void>>();

  /**
   * Calls `send` once the text is ready, the previous write has been sent, and `enter` allows it.
   */
  inOrder<T>(
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
      // Wrapped, so that the next write waits only until this one is sent.
      return { outcome: send(ready) };
    });
    const sent: Promise<void> = sending.then(
      () => this.#done(key, sent),
      () => this.#done(key, sent),
    );
    this.#unsent.set(key, sent);
    return sending.then(({ outcome }) => outcome);
  }

  /** Resolves when every write so far has been sent; `undefined` if none is unsent. */
  unsent(): Promise<unknown> | undefined {
    return this.#unsent.size === 0 ? undefined : Promise.all(this.#unsent.values());
  }

  #done(key: string, sent: Promise<void>): void {
    if (this.#unsent.get(key) === sent) this.#unsent.delete(key);
  }
}
