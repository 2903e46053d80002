import type { Clock } from '../clock.js';
import type { InvalidationLog } from './invalidation-log.js';

interface Waiter {
  readonly position: string;
  readonly covered: () => void;
}

/** Writers that wait until the log has been applied up to where they wrote. */
export class Cover {
  readonly #waiting = new Set<Waiter>();

  constructor(
    private readonly clock: Clock,
    private readonly log: InvalidationLog,
  ) {}

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Resolves with `true` as soon as a noted cursor covers the position, with `false` at `until`. */
  reached(position: string, until: number): Promise<boolean> {
    return new Promise((resolve) => {
      const leave = (covered: boolean): void => {
        cancel();
        this.#waiting.delete(waiter);
        resolve(covered);
      };
      const waiter = { position, covered: () => leave(true) };
      const cancel = this.clock.after(Math.max(0, until - this.clock.now()), () => leave(false));
      this.#waiting.add(waiter);
    });
  }

  /** The store's cursor, as it has just been read or moved. */
  note(cursor: string | undefined): void {
    if (cursor === undefined) return;
    for (const { position, covered } of this.#waiting) {
      if (this.log.covers(cursor, position)) covered();
    }
  }
}
