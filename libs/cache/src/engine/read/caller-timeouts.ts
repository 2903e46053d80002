import { CacheLoadTimeoutError } from '../../cache-errors.js';
import type { Clock } from '../../clock.js';
import { settleWithin } from '../../clock.js';
import type { GetOrSetOptions } from '../../values/get-or-set-options.js';

/** What a wait for a load gives at the soft timeout. */
export const SOFT_TIMEOUT: unique symbol = Symbol('soft timeout');

/** A caller of a load, with its timeouts. */
export interface WaitingCaller {
  readonly key: string;
  readonly options: GetOrSetOptions;
  /** When it began to wait; its timeouts are measured from then. */
  readonly since: number;
}

/**
 * Waits for the outcome of a load until the caller's hard timeout, and until its soft timeout if
 * `soft`. The load itself continues: it has its own timeout and perhaps other waiters.
 *
 * @throws CacheLoadTimeoutError at the hard timeout
 */
export function waitForLoad<T>(clock: Clock, caller: WaitingCaller, load: Promise<T>): Promise<T>;
export function waitForLoad<T>(
  clock: Clock,
  caller: WaitingCaller,
  load: Promise<T>,
  soft: boolean,
): Promise<T | typeof SOFT_TIMEOUT>;
export function waitForLoad<T>(
  clock: Clock,
  { key, options, since }: WaitingCaller,
  load: Promise<T>,
  soft = false,
): Promise<T | typeof SOFT_TIMEOUT> {
  const { softTimeout = Infinity, hardTimeout = Infinity } = options;
  const softSeconds = soft ? softTimeout : Infinity;
  const seconds = Math.min(softSeconds, hardTimeout);
  if (seconds === Infinity) return load;
  const leftMs = Math.max(0, since + seconds * 1000 - clock.now());
  return settleWithin(clock, load, leftMs, () => {
    if (softSeconds <= hardTimeout) return SOFT_TIMEOUT;
    throw new CacheLoadTimeoutError(key, hardTimeout * 1000);
  });
}
