import { CacheUnavailableError } from '../cache-errors.js';
import type { Clock } from '../clock.js';

/**
 * The time that one cache operation may spend on its store, however many calls it makes. The
 * loader's time and waiting for another process's load are not counted.
 */
export class Budget {
  #leftMs: number;

  constructor(
    private readonly clock: Clock,
    milliseconds: number,
  ) {
    this.#leftMs = milliseconds;
  }

  /**
   * Runs one store call with what is left. The call is made before this returns.
   *
   * @throws CacheUnavailableError when nothing is left
   */
  async spend<T>(call: (withinMs: number) => Promise<T>): Promise<T> {
    if (this.#leftMs <= 0) {
      throw new CacheUnavailableError('timeout', 'The time for store calls is used up.');
    }
    const startedAt = this.clock.now();
    try {
      return await call(this.#leftMs);
    } finally {
      this.#leftMs -= this.clock.now() - startedAt;
    }
  }
}
