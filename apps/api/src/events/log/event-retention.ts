import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';
import { Database } from '../../database/database.js';
import { Pruning } from '../../database/pruning.js';
import { PRUNE } from './log-statements.js';
import { withValues } from './with-values.js';

/**
 * Prunes the log: events older than `EVENTS_RETENTION_HOURS`. A cache store that was away for longer
 * finds that the log no longer reaches back to its cursor, and is emptied.
 */
@Injectable()
export class EventRetention implements OnModuleInit, OnApplicationShutdown {
  readonly #pruning = new Pruning('EventLog', [(limit) => this.#step(limit)]);

  constructor(
    @Inject(AppConfig) private readonly config: AppConfig,
    private readonly database: Database,
  ) {}

  onModuleInit(): void {
    this.#pruning.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.#pruning.stop();
  }

  /** Removes what is too old; resolves with how many events that were. */
  prune(): Promise<number> {
    return this.#pruning.run();
  }

  async #step(limit: number): Promise<number> {
    const { rows } = await this.database.db.execute<{ pruned: number }>(
      withValues(PRUNE, [this.config.events.retentionHours, limit]),
    );
    return rows[0]?.pruned ?? 0;
  }
}
