import type { CacheCounters } from '../cache-counters.js';
import type { Clock } from '../clock.js';
import type { BackgroundWork } from './background-work.js';
import type { GetOrSetOptions, Loader } from './cache-entry.js';
import type { LoadThrough } from './load-through.js';
import type { Found } from './lookup.js';
import { RecentKeys } from './recent-keys.js';
import type { BudgetOwner } from './request-budget.js';
import { currentBudget } from './request-budget.js';

/** What it takes to refresh in the background. */
export interface RefresherParts extends BudgetOwner {
  readonly clock: Clock;
  readonly counters: CacheCounters;
}

/** A key that another process refreshes, or whose refresh failed, is not asked about before. */
const QUIET_MS = 100;

/** Refreshes what was just served, in the background: once in this process, once in the fleet. */
export class Refresher {
  readonly #quiet: RecentKeys;

  constructor(
    private readonly parts: RefresherParts,
    private readonly loads: LoadThrough,
    private readonly work: BackgroundWork,
  ) {
    this.#quiet = new RecentKeys(parts.clock, QUIET_MS);
  }

  /** Returns at once. */
  refresh<T>(key: string, loader: Loader<T>, options: GetOrSetOptions, miss: Found): void {
    if (this.loads.isLoading(key) || this.#quiet.has(key)) return;
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
        this.#quiet.add(key);
        return false;
      }
      this.parts.counters.refreshes++;
      return true;
    });
  }
}
