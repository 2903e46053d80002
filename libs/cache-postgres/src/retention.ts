import type { RunStatement } from './statement.js';
import { onlyRow } from './statement.js';
import type { OutboxStatements } from './statements.js';

const EVERY_MS = 60_000;
const ROWS_PER_STATEMENT = 5_000;

/**
 * Removes up to `limit` entries older than so many hours, oldest first, in one short statement; resolves
 * with how many.
 */
export async function pruneOnce(
  run: RunStatement,
  statements: OutboxStatements,
  hours: number,
  limit: number,
): Promise<number> {
  const rows = await run({ text: statements.prune, values: [hours, limit] });
  return onlyRow<{ pruned: number }>(rows).pruned;
}

/** Prunes about once a minute, in every process: they do not disturb each other. */
export class Retention {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<unknown> = Promise.resolve();

  /**
   * @param prune removes up to `limit` entries
   * @param failed called with each failure; the next round tries again
   */
  constructor(
    private readonly prune: (limit: number) => Promise<number>,
    private readonly failed: (error: unknown) => void,
  ) {}

  start(): void {
    // Processes that start together do not prune together.
    const everyMs = EVERY_MS * (0.5 + Math.random());
    this.#timer ??= setInterval(() => {
      this.#running = this.#round().catch(this.failed);
    }, everyMs).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  async #round(): Promise<void> {
    while ((await this.prune(ROWS_PER_STATEMENT)) === ROWS_PER_STATEMENT);
  }
}
