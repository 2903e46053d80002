import type { Db } from '../database/database.js';
import { auditEvents } from '../database/schema.js';
import { requestContext } from '../logging/request-context.js';

/** What is worth an audit event: whatever gives access, takes it or fails to get it. */
export type AuditAction =
  | 'login.failed'
  | 'login.locked'
  | 'login.unlocked'
  | 'password.changed'
  | 'password.reset'
  | 'usuario.created'
  | 'usuario.deleted'
  | 'usuario.email_changed'
  | 'usuario.role_changed';

export interface AuditEvent {
  readonly action: AuditAction;
  /** The usuario who acts; `null` for the command line and for callers who are not signed in. */
  readonly actor: number | null;
  /** The usuario whom it concerns; `null` when there is none. */
  readonly subject: number | null;
  /** Never a password, a token or an e-mail. */
  readonly detail?: Readonly<Record<string, string | null>>;
}

/** The columns of an event of the request at hand. */
export const auditRow = ({
  action,
  actor,
  subject,
  detail = {},
}: AuditEvent): typeof auditEvents.$inferInsert => ({
  action,
  actorUsuarioId: actor,
  subjectUsuarioId: subject,
  requestId: requestContext.getStore()?.requestId ?? null,
  detail,
});

/** Appends the events in the transaction of the change: both become visible, or neither. */
export async function appendAuditEvents(tx: Db, events: readonly AuditEvent[]): Promise<void> {
  if (events.length > 0) await tx.insert(auditEvents).values(events.map(auditRow));
}
