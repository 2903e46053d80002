import { Logger } from '@nestjs/common';
import { isDatabaseUnavailable } from './unavailable.js';

const EVERY_MS = 60_000;
const ROWS_PER_STATEMENT = 5_000;

/**
 * Removes what is too old, about once a minute in every process: they do not get in each other's way,
 * and none has to be there.
 */
export class Pruning {
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<unknown> = Promise.resolve();

  /** @param steps each removes up to `limit` rows in one short statement and tells how many */
  constructor(
    context: string,
    private readonly steps: readonly ((limit: number) => Promise<number>)[],
  ) {
    this.#logger = new Logger(context);
  }

  start(): void {
    // Processes that start together do not prune together.
    this.#timer = setInterval(
      () => {
        this.#running = this.run().catch((error: unknown) => {
          // The database says itself when it is away; the next turn tries again.
          if (!isDatabaseUnavailable(error)) this.#logger.error(error);
        });
      },
      EVERY_MS * (0.5 + Math.random()),
    ).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  /** Prunes now; resolves with how many rows that were. */
  async run(): Promise<number> {
    let pruned = 0;
    for (const step of this.steps) {
      for (;;) {
        const removed = await step(ROWS_PER_STATEMENT);
        pruned += removed;
        if (removed < ROWS_PER_STATEMENT) break;
      }
    }
    return pruned;
  }
}
