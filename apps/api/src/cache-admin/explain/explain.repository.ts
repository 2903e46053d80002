import { Injectable } from '@nestjs/common';
import { and, desc, eq, inArray } from 'drizzle-orm';
import { Database } from '../../database/database.js';
import { cacheAudit, domainEvents, usuarios } from '../../database/schema.js';
import type { RecordedAction, RecordedEvent } from './recorded-removals.js';

/** An event as the log has it. */
export type LoggedEvent = Omit<RecordedEvent, 'patterns'> & { readonly data: unknown };

/** Events and actions that one question goes through. */
const MOST_EVENTS = 2_000;
const MOST_ACTIONS = 500;
const REMOVING = ['invalidate', 'invalidate-pattern', 'clear'];

/** The SQL over what is on record about removals. */
@Injectable()
export class ExplainRepository {
  constructor(private readonly database: Database) {}

  /** The newest first. @throws Problem DATABASE_UNAVAILABLE */
  events(): Promise<LoggedEvent[]> {
    const { id, xid, name, data, createdAt: at, usuarioId, requestId } = domainEvents;
    return this.database.db
      .select({ id, xid, name, data, at, usuarioId, requestId })
      .from(domainEvents)
      .orderBy(desc(xid), desc(id))
      .limit(MOST_EVENTS);
  }

  /** The newest first. @throws Problem DATABASE_UNAVAILABLE */
  actions(): Promise<RecordedAction[]> {
    const { action, target, at, ms, keys, usuarioId, requestId } = cacheAudit;
    return this.database.db
      .select({ action, target, at, ms, keys, usuarioId, requestId })
      .from(cacheAudit)
      .where(
        and(
          eq(cacheAudit.outcome, 'ok'),
          eq(cacheAudit.dryRun, false),
          inArray(cacheAudit.action, REMOVING),
        ),
      )
      .orderBy(desc(cacheAudit.id))
      .limit(MOST_ACTIONS);
  }

  /** The e-mail of a usuario; `null` for one that is gone. @throws Problem DATABASE_UNAVAILABLE */
  async email(usuarioId: number): Promise<string | null> {
    const [row] = await this.database.db
      .select({ email: usuarios.email })
      .from(usuarios)
      .where(eq(usuarios.id, usuarioId));
    return row?.email ?? null;
  }
}
