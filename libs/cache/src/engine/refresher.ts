import type { CacheCounters } from '../cache-counters.js';
import type { Clock } from '../clock.js';
import type { BackgroundWork } from './background-work.js';
import type { GetOrSetOptions, Loader } from './cache-entry.js';
import type { LoadThrough } from './load-through.js';
import type { Found } from './lookup.js';
import type { BudgetOwner } from './request-budget.js';
import { currentBudget } from './request-budget.js';

/** What it takes to refresh in the background. */
export interface RefresherParts extends BudgetOwner {
  readonly clock: Clock;
  readonly counters: CacheCounters;
}

/** A key that another process refreshes, or whose refresh failed, is not asked about before. */
const QUIET_MS = 100;
/** Keys come from requests; what is remembered of them must not fill the memory. */
const MAX_QUIET = 10_000;

/** Refreshes what was just served, in the background: once in this process, once in the fleet. */
export class Refresher {
  /** Until when, in the order of insertion and therefore of time. */
  readonly #quiet = new Map<string, number>();

  constructor(
    private readonly parts: RefresherParts,
    private readonly loads: LoadThrough,
    private readonly work: BackgroundWork,
  ) {}

  /** Returns at once. */
  refresh<T>(key: string, loader: Loader<T>, options: GetOrSetOptions, miss: Found): void {
    if (this.loads.isLoading(key) || this.#isQuiet(key)) return;
    this.work.start(key, async () => {
      const budget = currentBudget(this.parts);
      const request = {
        key,
        loader,
        options,
        budget,
        miss,
        timed: false,
        manner: 'leave',
      } as const;
      const outcome = await this.loads.join(request, false);
      if (outcome === undefined) return false;
      if (outcome === 'left-alone') {
        this.#beQuiet(key);
        return false;
      }
      this.parts.counters.refreshes++;
      return true;
    });
  }

  #isQuiet(key: string): boolean {
    const until = this.#quiet.get(key);
    return until !== undefined && this.parts.clock.now() < until;
  }

  #beQuiet(key: string): void {
    const now = this.parts.clock.now();
    for (const [other, until] of this.#quiet) {
      if (until > now && this.#quiet.size < MAX_QUIET) break;
      this.#quiet.delete(other);
    }
    this.#quiet.delete(key);
    this.#quiet.set(key, now + QUIET_MS);
  }
}
