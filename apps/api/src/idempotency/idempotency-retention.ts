import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { Pruning, type PruneStep } from '../database/pruning.js';
import { IdempotencyRepository } from './idempotency.repository.js';

/** Prunes stored answers that are older than a day. */
@Injectable()
export class IdempotencyRetention extends Pruning {
  constructor(
    private readonly database: Database,
    private readonly keys: IdempotencyRepository,
  ) {
    super('Idempotency');
  }

  protected override steps(): readonly PruneStep[] {
    return [(limit) => this.keys.prune(this.database.db, limit)];
  }
}
