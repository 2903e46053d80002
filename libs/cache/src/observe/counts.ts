import { OTHER } from './namespaces.js';
import type { CountPairs } from './tally.js';
import { COUNTER_NAMES } from './tally.js';

/** Counts by namespace and the place of the counter; what did not move has none. */
export type Counts = ReadonlyMap<string, readonly number[]>;

/** Sums of counts. Those of namespaces beyond `most` are of `(other)`. */
export class CountSums {
  readonly #byName = new Map<string, number[]>();

  constructor(private readonly most = Infinity) {}

  get byName(): Counts {
    return this.#byName;
  }

  add(namespace: string, pairs: CountPairs): void {
    const counts = this.#of(namespace);
    for (let at = 0; at + 1 < pairs.length; at += 2) {
      const [place = -1, by = NaN] = [pairs[at], pairs[at + 1]];
      // A later version may have stored counters that this one does not know.
      if (!Number.isInteger(place) || place < 0 || place >= COUNTER_NAMES.length) continue;
      if (Number.isFinite(by)) counts[place] = (counts[place] ?? 0) + by;
    }
  }

  /** Adds the pairs in a JSON text; what is none is left out. */
  addText(namespace: string, text: string): void {
    const pairs = parsed(text);
    if (isPairs(pairs)) this.add(namespace, pairs);
  }

  /** Adds the pairs by namespace in a JSON text. */
  addTexts(text: string): void {
    for (const [namespace, pairs] of Object.entries(parsed(text) ?? {})) {
      if (isPairs(pairs)) this.add(namespace, pairs);
    }
  }

  #of(namespace: string): number[] {
    const fits = this.#byName.has(namespace) || this.#byName.size < this.most;
    const name = fits ? namespace : OTHER;
    const counts = this.#byName.get(name) ?? [];
    this.#byName.set(name, counts);
    return counts;
  }
}

/** JSON of pairs by namespace. */
export function textOf(counts: Iterable<readonly [namespace: string, pairs: CountPairs]>): string {
  return JSON.stringify(Object.fromEntries(counts));
}

/** What is not 0. */
export function pairsOf(counts: readonly number[]): CountPairs {
  const pairs: number[] = [];
  for (let place = 0; place < counts.length; place++) {
    const count = counts[place] ?? 0;
    if (count !== 0) pairs.push(place, count);
  }
  return pairs;
}

function isPairs(value: unknown): value is CountPairs {
  return Array.isArray(value) && value.every((each) => typeof each === 'number');
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
