import type { Analytics } from './analytics.js';
import { COUNTER_NAMES } from './tally.js';

/** By how much the counters of a process moved between two reports, in whole numbers. */
export class MovedCounters {
  /** What was reported, by `<namespace>\n<counter>`. */
  readonly #reported = new Map<string, number>();

  constructor(private readonly analytics: Analytics) {}

  /** The counters that moved; `undo` must be called if they were not taken. */
  take(): { readonly counters: readonly [string, number][]; readonly undo: () => void } {
    const counters: [string, number][] = [];
    for (const [namespace, tally] of this.analytics.namespaces()) {
      for (const counter of COUNTER_NAMES) {
        const name = `${namespace}\n${counter}`;
        const by = Math.round(tally.get(counter)) - (this.#reported.get(name) ?? 0);
        if (by !== 0) counters.push([name, by]);
      }
    }
    this.#move(counters, 1);
    return { counters, undo: () => this.#move(counters, -1) };
  }

  #move(counters: readonly [string, number][], sign: 1 | -1): void {
    for (const [name, by] of counters) {
      this.#reported.set(name, (this.#reported.get(name) ?? 0) + sign * by);
    }
  }
}
