import type { Analytics } from './analytics.js';
import { COUNTER_NAMES } from './tally.js';

/** By how much the counters of a process moved between two reports, in whole numbers. */
export class MovedCounters {
  /** What was reported, by namespace and the place of the counter. */
  readonly #reported = new Map<string, number[]>();

  constructor(private readonly analytics: Analytics) {}

  /** The counters that moved; `undo` must be called if they were not taken. */
  take(): { readonly counters: readonly [string, number][]; readonly undo: () => void } {
    const counters: [string, number][] = [];
    const moved: (readonly [reported: number[], place: number, by: number])[] = [];
    for (const [namespace, tally] of this.analytics.namespaces()) {
      const reported = this.#of(namespace);
      for (const [place, counter] of COUNTER_NAMES.entries()) {
        const by = Math.round(tally.get(counter)) - (reported[place] ?? 0);
        if (by === 0) continue;
        counters.push([`${namespace}\n${counter}`, by]);
        reported[place] = (reported[place] ?? 0) + by;
        moved.push([reported, place, by]);
      }
    }
    const undo = (): void => {
      for (const [reported, place, by] of moved) reported[place] = (reported[place] ?? 0) - by;
    };
    return { counters, undo };
  }

  #of(namespace: string): number[] {
    let reported = this.#reported.get(namespace);
    if (reported === undefined) {
      reported = COUNTER_NAMES.map(() => 0);
      this.#reported.set(namespace, reported);
    }
    return reported;
  }
}
