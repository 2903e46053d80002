const MAX_KEYS = 1_024;

/** A key and how much it weighs. */
export interface WeighedKey {
  readonly key: string;
  /** What was certainly added for it. */
  readonly weight: number;
  /** What may have been added besides, and was dropped. */
  readonly error: number;
}

/**
 * The heaviest keys of a stream in a bounded map: when it is full, the median weight is taken from
 * all and the empty ones are dropped. The true weight of a key lies between `weight` and
 * `weight + error`, and `error` is at most the sum of all weights divided by half the bound.
 *
 * Misra and Gries, "Finding repeated elements", 1982; the purge by the median is that of Anderson et
 * al., "A high-performance algorithm for identifying frequent items in data streams", IMC 2017.
 */
export class FrequentKeys {
  readonly #weights = new Map<string, number>();
  #dropped = 0;
  #isFull = false;

  constructor(private readonly most = MAX_KEYS) {}

  /** Cost: one look into a map; every `most / 2` new keys a sort of them. */
  add(key: string, weight: number): void {
    const known = this.#weights.get(key);
    if (known === undefined && this.#weights.size >= this.most) this.#purge();
    this.#weights.set(key, (known ?? 0) + weight);
  }

  /** Adds the keys that another process reports, of which it has dropped `error` at most. */
  merge(keys: readonly (readonly [key: string, weight: number])[], error: number): void {
    for (const [key, weight] of keys) this.add(key, weight);
    this.#dropped += error;
  }

  /** The heaviest keys, in order. */
  top(limit: number): WeighedKey[] {
    const weights = this.#sortedWeights();
    const least = weights[Math.max(0, weights.length - limit)] ?? 0;
    const found: WeighedKey[] = [];
    this.#weights.forEach((weight, key) => {
      if (weight >= least) found.push({ key, weight, error: this.#dropped });
    });
    return found.sort((a, b) => b.weight - a.weight).slice(0, limit);
  }

  /** Whether keys had to be dropped. */
  get isFull(): boolean {
    return this.#isFull;
  }

  get size(): number {
    return this.#weights.size;
  }

  /** The lightest first. Numbers alone are sorted without a call for each two. */
  #sortedWeights(): Float64Array {
    const weights = new Float64Array(this.#weights.size);
    let at = 0;
    this.#weights.forEach((weight) => (weights[at++] = weight));
    return weights.sort();
  }

  #purge(): void {
    const sorted = this.#sortedWeights();
    const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
    this.#dropped += median;
    this.#isFull = true;
    for (const [key, weight] of this.#weights) {
      if (weight > median) this.#weights.set(key, weight - median);
      else this.#weights.delete(key);
    }
  }
}
