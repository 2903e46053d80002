/** What is made at most once in some time, for all that ask meanwhile. */
export class Kept<T> {
  #made: { readonly at: number; readonly value: Promise<T> } | undefined;

  /** @param ms how long it is kept */
  constructor(
    private readonly ms: number,
    private readonly make: () => Promise<T>,
  ) {}

  /** What was made lately. */
  get(): Promise<T> {
    const made = this.#made;
    return made !== undefined && performance.now() - made.at < this.ms ? made.value : this.fresh();
  }

  /** Made anew, and kept. */
  fresh(): Promise<T> {
    const made = { at: performance.now(), value: this.make() };
    this.#made = made;
    // What failed is not kept.
    made.value.catch(() => {
      if (this.#made === made) this.#made = undefined;
    });
    return made.value;
  }
}
