import type { Fleet, FleetView } from './fleet.js';
import { countersOf } from './fleet.js';
import type { HistoryRange, HistorySlot } from './history.js';
import { togetherOf } from './history.js';

/** The newest known slot was still being filled, and an answer may come late. */
const AGAIN_MS = 20_000;
/** Clocks differ; there are no slots of the future. */
const AHEAD_MS = 60_000;

/**
 * What all processes counted lately, of all namespaces together, for a figure that is looked at again
 * and again: it keeps slots that have ended and asks for new ones only.
 */
export class RecentHistory {
  #slots = new Map<number, HistorySlot>();
  #counted = 0;

  /** @param ms how far it goes back, at most two hours */
  constructor(private readonly ms: number) {}

  /**
   * As `Fleet.read`, of further ranges, and learns what is new.
   *
   * Cost: one script; two where the store has lost what was counted.
   * @throws CacheUnavailableError
   */
  async read(fleet: Fleet, now: number, ...ranges: readonly HistoryRange[]): Promise<FleetView> {
    const known = this.#slots;
    const newest = Math.max(0, ...known.keys());
    const from = Math.max(newest - AGAIN_MS, now - this.ms);
    const view = await fleet.read({ step: '10s', from, to: now + AHEAD_MS }, ...ranges);
    const [slots = [], ...history] = view.history;
    const counted = sumOf(view);
    const isLost = counted < this.#counted;
    this.#counted = counted;
    if (isLost) {
      // A new one: what others have asked for follows slots that are gone.
      this.#slots = new Map();
      return this.read(fleet, now, ...ranges);
    }
    for (const slot of slots) known.set(slot.at, togetherOf(slot));
    for (const at of known.keys()) if (at < now - this.ms) known.delete(at);
    return { ...view, history };
  }

  /** What was counted in the slots that begin since a time, by counter. Cost: one pass over them. */
  since(from: number): ReadonlyMap<string, number> {
    return countersOf([...this.#slots.values()].filter(({ at }) => at >= from));
  }
}

/** Everything that was ever counted, which only grows. */
function sumOf({ totals }: FleetView): number {
  let sum = 0;
  for (const counters of totals.values()) for (const count of counters.values()) sum += count;
  return sum;
}
