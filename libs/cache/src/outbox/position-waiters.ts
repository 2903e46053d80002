import type { Clock } from '../clock.js';
import { settleWithin } from '../clock.js';
import type { InvalidationLog } from './invalidation-log.js';

interface Waiter {
  readonly position: string;
  readonly reached: () => void;
}

/** Writers that wait until the log has been applied up to their positions. */
export class PositionWaiters {
  readonly #waiting = new Set<Waiter>();

  constructor(
    private readonly clock: Clock,
    private readonly log: InvalidationLog,
  ) {}

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Resolves with `true` as soon as the cursor includes the position, with `false` at `until`. */
  async waitFor(position: string, until: number): Promise<boolean> {
    const waiter = { position, reached: (): void => undefined };
    const reached = new Promise<boolean>((resolve) => (waiter.reached = () => resolve(true)));
    this.#waiting.add(waiter);
    const leftMs = Math.max(0, until - this.clock.now());
    try {
      return await settleWithin(this.clock, reached, leftMs, () => false);
    } finally {
      this.#waiting.delete(waiter);
    }
  }

  /** Reports the store's cursor after it was read or moved. */
  advance(cursor: string | undefined): void {
    if (cursor === undefined) return;
    for (const { position, reached } of this.#waiting) {
      if (this.log.includes(cursor, position)) reached();
    }
  }
}
