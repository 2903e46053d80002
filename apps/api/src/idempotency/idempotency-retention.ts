import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Database } from '../database/database.js';
import { Pruning } from '../database/pruning.js';
import { IdempotencyRepository } from './idempotency.repository.js';

/** Prunes the answers of the day before. */
@Injectable()
export class IdempotencyRetention implements OnModuleInit, OnApplicationShutdown {
  readonly #pruning: Pruning;

  constructor(database: Database, keys: IdempotencyRepository) {
    this.#pruning = new Pruning('Idempotency', [(limit) => keys.prune(database.db, limit)]);
  }

  onModuleInit(): void {
    this.#pruning.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.#pruning.stop();
  }

  /** Resolves with how many answers have been removed. */
  prune(): Promise<number> {
    return this.#pruning.run();
  }
}
