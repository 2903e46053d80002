import { CacheUnavailableError } from '../cache-errors.js';
import type { Clock } from '../clock.js';

/**
 * The time that one cache operation may spend on its store, however many calls it makes. The
 * loader's time and waiting for another process's load are not counted.
 */
export class Budget {
  #leftMs: number;
  #startedAt = 0;

  constructor(
    private readonly clock: Clock,
    milliseconds: number,
  ) {
    this.#leftMs = milliseconds;
  }

  /**
   * Starts one store call and returns the milliseconds it may take; `end` must follow. The pair
   * spares a hit the promise of `spend`.
   *
   * @throws CacheUnavailableError when nothing is left
   */
  begin(): number {
    if (this.#leftMs <= 0) {
      throw new CacheUnavailableError('timeout', 'The time for store calls is used up.');
    }
    this.#startedAt = this.clock.now();
    return this.#leftMs;
  }

  end(): void {
    this.#leftMs -= this.clock.now() - this.#startedAt;
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
