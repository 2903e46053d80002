import type { Clock } from '../../clock.js';
import type { Recorder } from '../../observe/recorder.js';
import type { BackgroundTasks } from './background-tasks.js';
import type { GetOrSetOptions, Loader } from '../../values/get-or-set-options.js';
import type { CacheFill } from './cache-fill.js';
import { OpenTransaction } from '../open-transaction.js';
import type { StoredEntry } from '../lookup/lookup.js';
import { RecentKeys } from './recent-keys.js';
import type { BudgetOwner } from '../request-deadline.js';
import { currentBudget } from '../request-deadline.js';

/** Collaborators of background refreshes. */
export interface RefresherParts extends BudgetOwner {
  readonly clock: Clock;
  readonly recorder: Recorder;
}

/**
 * Milliseconds before a key is tried again that another process refreshes or whose refresh failed.
 */
const COOLDOWN_MS = 100;

/** Refreshes served values in the background: one refresh of a key at a time in all processes. */
export class BackgroundRefresh {
  readonly #coolingDown: RecentKeys;

  constructor(
    private readonly parts: RefresherParts,
    private readonly loads: CacheFill,
    private readonly work: BackgroundTasks,
  ) {
    this.#coolingDown = new RecentKeys(parts.clock, COOLDOWN_MS);
  }

  /** Starts a refresh, unless one is running or the caller is in a transaction. Returns at once. */
  refresh<T>(key: string, loader: Loader<T>, options: GetOrSetOptions, miss: StoredEntry): void {
    if (this.loads.isLoading(key) || this.#coolingDown.has(key)) return;
    if (OpenTransaction.current !== undefined) return;
    this.work.start(key, async () => {
      const budget = currentBudget(this.parts);
      const request = {
        key,
        loader,
        options,
        budget,
        miss,
        life: 'none',
        onContention: 'skip',
      } as const;
      const outcome = await this.loads.join(request, false);
      if (outcome === undefined) return false;
      if (outcome === 'skipped') {
        this.#coolingDown.add(key);
        return false;
      }
      this.parts.recorder.add(key, options, 'refreshed');
      return true;
    });
  }
}
