import { Inject, Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';
import { Pruning, type PruneStep } from '../../database/pruning.js';
import { Outbox } from './outbox.js';

/**
 * Prunes the outbox: events older than `EVENTS_RETENTION_HOURS`. A cache store that was unavailable
 * for longer finds that the outbox no longer reaches back to its cursor, and is emptied.
 */
@Injectable()
export class OutboxRetention extends Pruning {
  constructor(
    @Inject(AppConfig) private readonly config: AppConfig,
    private readonly outbox: Outbox,
  ) {
    super('Outbox');
  }

  protected override steps(): readonly PruneStep[] {
    return [(limit) => this.outbox.prune(this.config.events.retentionHours, limit)];
  }
}
