import { CacheLoadTimeoutError } from '../../cache-errors.js';
import type { Clock } from '../../clock.js';
import { settleWithin } from '../../clock.js';
import type { GetOrSetOptions } from '../../values/get-or-set-options.js';

/** What a wait for a load gives at the soft timeout. */
export const SOFT_TIMEOUT: unique symbol = Symbol('soft timeout');

/**
 * The timeouts of one caller, measured from its call. The load itself continues: it has its own
 * timeout and perhaps other waiters.
 */
export class CallerTimeouts {
  constructor(
    private readonly clock: Clock,
    private readonly key: string,
    private readonly options: GetOrSetOptions,
    private readonly since = clock.now(),
  ) {}

  /**
   * Waits for the outcome, until the soft timeout if `soft`.
   *
   * @throws CacheLoadTimeoutError at the hard timeout
   */
  wait<T>(load: Promise<T>, soft: false): Promise<T>;
  wait<T>(load: Promise<T>, soft: boolean): Promise<T | typeof SOFT_TIMEOUT>;
  wait<T>(load: Promise<T>, soft: boolean): Promise<T | typeof SOFT_TIMEOUT> {
    const { softTimeout = Infinity, hardTimeout = Infinity } = this.options;
    const softSeconds = soft ? softTimeout : Infinity;
    const seconds = Math.min(softSeconds, hardTimeout);
    if (seconds === Infinity) return load;
    const leftMs = Math.max(0, this.since + seconds * 1000 - this.clock.now());
    return settleWithin(this.clock, load, leftMs, () => {
      if (softSeconds <= hardTimeout) return SOFT_TIMEOUT;
      throw new CacheLoadTimeoutError(this.key, hardTimeout * 1000);
    });
  }
}
