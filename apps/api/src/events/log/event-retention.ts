import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';
import { Database } from '../../database/database.js';
import { isDatabaseUnavailable } from '../../database/unavailable.js';
import { PRUNE } from './log-statements.js';
import { withValues } from './with-values.js';

const EVERY_MS = 60_000;
const ROWS_PER_STATEMENT = 5_000;

/**
 * Prunes the log: events older than `EVENTS_RETENTION_HOURS`. A cache store that was away for longer
 * finds that the log no longer reaches back to its cursor, and is emptied. Every process prunes;
 * they do not get in each other's way, and none has to be there.
 */
@Injectable()
export class EventRetention implements OnModuleInit, OnApplicationShutdown {
  readonly #logger = new Logger('EventLog');
  #timer: NodeJS.Timeout | undefined;
  #pruning: Promise<unknown> = Promise.resolve();

  constructor(
    @Inject(AppConfig) private readonly config: AppConfig,
    private readonly database: Database,
  ) {}

  onModuleInit(): void {
    // Processes that start together do not prune together.
    this.#timer = setInterval(
      () => {
        this.#pruning = this.prune().catch((error: unknown) => {
          // The database says itself when it is away; the next turn tries again.
          if (!isDatabaseUnavailable(error)) this.#logger.error(error);
        });
      },
      EVERY_MS * (0.5 + Math.random()),
    ).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#pruning;
  }

  /** Removes what is too old, in short statements; resolves with how many events that were. */
  async prune(): Promise<number> {
    let pruned = 0;
    for (;;) {
      const step = await this.#step();
      pruned += step;
      if (step < ROWS_PER_STATEMENT) return pruned;
    }
  }

  async #step(): Promise<number> {
    const kept = `${String(this.config.events.retentionHours)} hours`;
    const { rows } = await this.database.db.execute<{ pruned: number }>(
      withValues(PRUNE, [kept, ROWS_PER_STATEMENT]),
    );
    return rows[0]?.pruned ?? 0;
  }
}
