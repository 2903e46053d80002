import { CacheLoadTimeoutError } from '../../cache-errors.js';
import type { Clock } from '../../clock.js';
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
    const { softTimeout, hardTimeout } = this.options;
    const softMs = soft ? softTimeout : undefined;
    if (softMs === undefined && hardTimeout === undefined) {
      return load.then((outcome) => ({ outcome }));
    }
    return new Promise((resolve, reject) => {
      const cancels: (() => void)[] = [];
      const end = (): void => {
        for (const cancel of cancels) cancel();
      };
      const after = (seconds: number | undefined, run: (ms: number) => void): void => {
        if (seconds === undefined) return;
        const ms = seconds * 1000;
        const left = this.#begin + ms - this.clock.now();
        cancels.push(
          this.clock.after(Math.max(0, left), () => {
            end();
            run(ms);
          }),
        );
      };
      after(softMs, () => resolve('soft-timeout'));
      after(hardTimeout, (ms) => reject(new CacheLoadTimeoutError(this.key, ms)));
      load.then(
        (outcome) => {
          end();
          resolve({ outcome });
        },
        (error: unknown) => {
          end();
          // The loader's own error, unchanged.
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
          reject(error);
        },
      );
    });
  }
}
