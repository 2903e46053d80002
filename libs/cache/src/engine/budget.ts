import { CacheUnavailableError } from '../cache-errors.js';
import type { Clock } from '../clock.js';

/**
 * The time that may be spent waiting for the store, by one operation or by all those of a request.
 * It runs while at least one store call is on its way: calls made side by side cost what the
 * longest costs. The loader's time and waiting for another process's load are not counted.
 */
export class Budget {
  #usedMs = 0;
  #pending = 0;
  #since = 0;

  constructor(
    private readonly clock: Clock,
    private readonly milliseconds: number,
  ) {}

  /** Nothing is left: every call from now on is refused. */
  get exhausted(): boolean {
    return this.#usedMs >= this.milliseconds;
  }

  /**
   * Starts one store call and returns the milliseconds it may take; exactly one `end` must follow.
   * The pair spares a hit the promise of `spend`.
   *
   * @throws CacheUnavailableError when nothing is left; no `end` then
   */
  begin(): number {
    const now = this.clock.now();
    const runningMs = this.#pending === 0 ? 0 : now - this.#since;
    const leftMs = this.milliseconds - this.#usedMs - runningMs;
    if (leftMs <= 0) {
      throw new CacheUnavailableError('timeout', 'The time for store calls is used up.');
    }
    if (this.#pending === 0) this.#since = now;
    this.#pending++;
    return leftMs;
  }

  end(): void {
    this.#pending--;
    if (this.#pending === 0) this.#usedMs += this.clock.now() - this.#since;
  }

  /**
   * Runs one store call with what is left. The call is made before this returns.
   *
   * @throws CacheUnavailableError when nothing is left
   */
  async spend<T>(call: (withinMs: number) => Promise<T>): Promise<T> {
    const withinMs = this.begin();
    try {
      return await call(withinMs);
    } finally {
      this.end();
    }
  }
}
