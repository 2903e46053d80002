import { Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { isDatabaseUnavailable } from './unavailable.js';

const EVERY_MS = 60_000;
const ROWS_PER_STATEMENT = 5_000;

/** Removes up to `limit` expired rows in one short statement; resolves with how many. */
export type PruneStep = (limit: number) => Promise<number>;

/**
 * Removes expired rows about once a minute in every process: the processes do not disturb each
 * other, and none is indispensable. A subclass names its steps.
 */
export abstract class Pruning implements OnModuleInit, OnApplicationShutdown {
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<unknown> = Promise.resolve();

  protected constructor(context: string) {
    this.#logger = new Logger(context);
  }

  protected abstract steps(): readonly PruneStep[];

  onModuleInit(): void {
    // Processes that start together do not prune together.
    this.#timer = setInterval(
      () => {
        this.#running = this.prune().catch((error: unknown) => {
          // The database logs its own outages; the next round tries again.
          if (!isDatabaseUnavailable(error)) this.#logger.error(error);
        });
      },
      EVERY_MS * (0.5 + Math.random()),
    ).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  /** Prunes now; resolves with the number of removed rows. */
  async prune(): Promise<number> {
    let pruned = 0;
    for (const step of this.steps()) {
      for (;;) {
        const removed = await step(ROWS_PER_STATEMENT);
        pruned += removed;
        if (removed < ROWS_PER_STATEMENT) break;
      }
    }
    return pruned;
  }
}
