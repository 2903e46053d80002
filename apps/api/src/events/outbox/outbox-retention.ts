import { Inject, Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';
import { Database } from '../../database/database.js';
import { Pruning, type PruneStep } from '../../database/pruning.js';
import { PRUNE } from './outbox-statements.js';
import { withValues } from './with-values.js';

/**
 * Prunes the outbox: events older than `EVENTS_RETENTION_HOURS`. A cache store that was unavailable
 * for longer finds that the outbox no longer reaches back to its cursor, and is emptied.
 */
@Injectable()
export class OutboxRetention extends Pruning {
  constructor(
    @Inject(AppConfig) private readonly config: AppConfig,
    private readonly database: Database,
  ) {
    super('Outbox');
  }

  protected override steps(): readonly PruneStep[] {
    return [(limit) => this.removeEvents(limit)];
  }

  private async removeEvents(limit: number): Promise<number> {
    const { rows } = await this.database.db.execute<{ pruned: number }>(
      withValues(PRUNE, [this.config.events.retentionHours, limit]),
    );
    return rows[0]?.pruned ?? 0;
  }
}
