import { CacheLoadTimeoutError } from '../../cache-errors.js';
import type { Clock } from '../../clock.js';
import { settleWithin } from '../../clock.js';
import type { GetOrSetOptions } from '../../values/get-or-set-options.js';

/** How waiting for a load ended: with its outcome, or at the soft timeout. */
export type WaitOutcome<T> = { readonly outcome: T } | 'soft-timeout';

/**
 * The timeouts of one caller, measured from its call. The load itself continues: it has its own
 * timeout and perhaps other waiters.
 */
export class CallerTimeouts {
  readonly #begin: number;

  constructor(
    private readonly clock: Clock,
    private readonly key: string,
    private readonly options: GetOrSetOptions,
  ) {
    this.#begin = clock.now();
  }

  /**
   * Waits for the outcome, until the soft timeout if `soft`.
   *
   * @throws CacheLoadTimeoutError at the hard timeout
   */
  wait<T>(load: Promise<T>, soft: boolean): Promise<WaitOutcome<T>> {
    const { softTimeout = Infinity, hardTimeout = Infinity } = this.options;
    const softSeconds = soft ? softTimeout : Infinity;
    const seconds = Math.min(softSeconds, hardTimeout);
    const waited = load.then((outcome) => ({ outcome }));
    if (seconds === Infinity) return waited;
    const leftMs = Math.max(0, this.#begin + seconds * 1000 - this.clock.now());
    return settleWithin(this.clock, waited, leftMs, () => {
      if (softSeconds <= hardTimeout) return 'soft-timeout';
      throw new CacheLoadTimeoutError(this.key, hardTimeout * 1000);
    });
  }
}
