import { Injectable } from '@nestjs/common';
import { and, desc, eq, getTableColumns, lt, type SQL } from 'drizzle-orm';
import { Database } from '../database/database.js';
import { cacheAudit, usuarios } from '../database/schema.js';

export type CacheAuditRow = typeof cacheAudit.$inferSelect & { readonly email: string | null };

export interface CacheAuditFilter {
  /** Only rows with a smaller id. */
  readonly before?: number | undefined;
  readonly usuarioId?: number | undefined;
  readonly action?: string | undefined;
}

/** The SQL over `cache_audit`. */
@Injectable()
export class CacheAuditRepository {
  constructor(private readonly database: Database) {}

  /** Resolves with the id of the row. @throws Problem DATABASE_UNAVAILABLE */
  async insert(row: typeof cacheAudit.$inferInsert): Promise<number> {
    const [inserted] = await this.database.db
      .insert(cacheAudit)
      .values(row)
      .returning({ id: cacheAudit.id });
    if (inserted === undefined) throw new Error('The audit gave no id');
    return inserted.id;
  }

  /** @throws Problem DATABASE_UNAVAILABLE */
  async update(
    id: number,
    end: Pick<typeof cacheAudit.$inferInsert, 'keys' | 'outcome' | 'status' | 'ms'>,
  ): Promise<void> {
    await this.database.db.update(cacheAudit).set(end).where(eq(cacheAudit.id, id));
  }

  /** The newest first. @throws Problem DATABASE_UNAVAILABLE */
  list(filter: CacheAuditFilter, limit: number): Promise<CacheAuditRow[]> {
    const { before, usuarioId, action } = filter;
    const conditions: (SQL | undefined)[] = [
      before === undefined ? undefined : lt(cacheAudit.id, before),
      usuarioId === undefined ? undefined : eq(cacheAudit.usuarioId, usuarioId),
      action === undefined ? undefined : eq(cacheAudit.action, action),
    ];
    return this.database.db
      .select({ ...getTableColumns(cacheAudit), email: usuarios.email })
      .from(cacheAudit)
      .leftJoin(usuarios, eq(usuarios.id, cacheAudit.usuarioId))
      .where(and(...conditions))
      .orderBy(desc(cacheAudit.id))
      .limit(limit);
  }
}
