import type { Clock } from '../clock.js';
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
  waitFor(position: string, until: number): Promise<boolean> {
    return new Promise((resolve) => {
      const leave = (reached: boolean): void => {
        cancel();
        this.#waiting.delete(waiter);
        resolve(reached);
      };
      const waiter = { position, reached: () => leave(true) };
      const cancel = this.clock.after(Math.max(0, until - this.clock.now()), () => leave(false));
      this.#waiting.add(waiter);
    });
  }

  /** Reports the store's cursor after it was read or moved. */
  advance(cursor: string | undefined): void {
    if (cursor === undefined) return;
    for (const { position, reached } of this.#waiting) {
      if (this.log.includes(cursor, position)) reached();
    }
  }
}
