/** How many values are kept. */
const MOST = 100;

/** The largest values that were stored lately, by their size at rest in bytes. */
export class LargestValues {
  readonly #bytes = new Map<string, number>();
  #least = 0;

  /** Cost: one look into a map; a pass over 100 sizes for a value that is among the largest. */
  note(key: string, bytes: number): void {
    const full = this.#bytes.size >= MOST;
    if (full && bytes <= this.#least && !this.#bytes.has(key)) return;
    this.#bytes.set(key, bytes);
    if (this.#bytes.size > MOST) this.#bytes.delete(this.#smallest()[0]);
    if (this.#bytes.size === MOST) this.#least = this.#smallest()[1];
  }

  /** The largest first. */
  top(limit: number): [key: string, bytes: number][] {
    return [...this.#bytes].sort(([, a], [, b]) => b - a).slice(0, limit);
  }

  #smallest(): [string, number] {
    let least: [string, number] = ['', Infinity];
    for (const one of this.#bytes) if (one[1] < least[1]) least = one;
    return least;
  }
}
