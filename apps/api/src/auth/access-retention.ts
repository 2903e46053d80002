import { Injectable } from '@nestjs/common';
import { sql, type SQL } from 'drizzle-orm';
import { AppConfig } from '../config/app-config.js';
import { Database } from '../database/database.js';
import { Pruning, type PruneStep } from '../database/pruning.js';
import { SesionesRepository } from './sesiones/sesiones.repository.js';

/**
 * Prunes expired sesiones with their tokens, counted login failures, rate limits that are full
 * again, and audit events and the audit of the cache older than `AUDIT_RETENTION_DAYS`.
 */
@Injectable()
export class AccessRetention extends Pruning {
  constructor(
    private readonly config: AppConfig,
    private readonly database: Database,
    private readonly sesiones: SesionesRepository,
  ) {
    super('Access');
  }

  protected override steps(): readonly PruneStep[] {
    const { retentionDays, cacheRetentionDays } = this.config.audit;
    const daysAgo = (days: number): SQL => sql`now() - make_interval(days => ${days})`;
    return [
      (limit) => this.sesiones.prune(limit),
      (limit) => this.remove('login_failures', 'forget_at', sql`now()`, limit),
      (limit) => this.remove('rate_limits', 'full_again_at', sql`now()`, limit),
      (limit) => this.remove('audit_events', 'at', daysAgo(retentionDays), limit),
      (limit) => this.remove('cache_audit', 'at', daysAgo(cacheRetentionDays), limit),
    ];
  }

  private async remove(table: string, column: string, before: SQL, limit: number): Promise<number> {
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
