import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { sql } from 'drizzle-orm';
import { AppConfig } from '../config/app-config.js';
import { Database } from '../database/database.js';
import { Pruning } from '../database/pruning.js';
import { SesionesRepository } from './sesiones.repository.js';

/**
 * Removes what has run out: sesiones with their tokens, counted failures, turns of rate limits, and
 * audit events older than `AUDIT_RETENTION_DAYS`.
 */
@Injectable()
export class AccessRetention implements OnModuleInit, OnApplicationShutdown {
  readonly #pruning: Pruning;

  constructor(
    config: AppConfig,
    private readonly database: Database,
    sesiones: SesionesRepository,
  ) {
    const audited = sql`now() - make_interval(days => ${config.audit.retentionDays})`;
    this.#pruning = new Pruning('Access', [
      (limit) => sesiones.prune(limit),
      (limit) => this.#remove('login_failures', 'forget_at', sql`now()`, limit),
      (limit) => this.#remove('rate_limits', 'full_again_at', sql`now()`, limit),
      (limit) => this.#remove('audit_events', 'at', audited, limit),
    ]);
  }

  onModuleInit(): void {
    this.#pruning.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.#pruning.stop();
  }

  /** Removes it now; resolves with how many rows that were. */
  prune(): Promise<number> {
    return this.#pruning.run();
  }

  async #remove(table: string, column: string, before: ReturnType<typeof sql>, limit: number) {
    const [from, at] = [sql.identifier(table), sql.identifier(column)];
    // Rows that another process removes or renews at this moment are left to it.
    const { rows } = await this.database.db.execute<{ removed: number }>(sql`
      with removed as (
        delete from ${from} where ctid = any (array(
          select ctid from ${from} where ${at} < ${before}
          order by ${at} limit ${limit} for update skip locked
        )) returning 1
      )
      select count(*)::int as removed from removed`);
    return rows[0]?.removed ?? 0;
  }
}
