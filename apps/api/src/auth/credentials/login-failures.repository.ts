import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { and, eq, gte, sql, type SQL } from 'drizzle-orm';
import { auditRow, type AuditAction } from '../../audit/append-audit-event.js';
import { Database, type Db } from '../../database/database.js';
import { loginFailures } from '../../database/schema.js';
import { LOCKOUT_SECONDS, MAX_FAILED_LOGINS } from './lockout.js';

/** What became of a wrong password: `locks` = it was the last allowed one. */
export type Failure = 'counted' | 'locks' | 'refused';

/** All times are the database's, so that every process sees the same lock. */
const LOCKED = and(
  gte(loginFailures.failures, MAX_FAILED_LOGINS),
  sql`${loginFailures.forgetAt} > now()`,
);
/** Whole seconds until a lock ends. */
export const LOCKED_SECONDS = sql<number>`ceil(extract(epoch from ${loginFailures.forgetAt} - now()))::int`;
const FORGET_AT = sql`now() + make_interval(secs => ${LOCKOUT_SECONDS})`;

/** What the database keeps of an e-mail that was tried. */
export const hashOfEmail = (email: string): string =>
  createHash('sha256').update(email).digest('hex');

const isOf = (email: string): SQL => eq(loginFailures.emailHash, hashOfEmail(email));

export const isLocked = (email: string): SQL | undefined => and(isOf(email), LOCKED);

/**
 * Counts wrong passwords in a row and locks, by e-mail: the same rows and statements for an e-mail
 * that a usuario has and for one that none has, in every process and over restarts. Failures are
 * forgotten `LOCKOUT_SECONDS` after the last one, which gives a guesser no more than the lock does:
 * five tries in that time.
 */
@Injectable()
export class LoginFailuresRepository {
  constructor(private readonly database: Database) {}

  /** Whole seconds until the lock on an e-mail ends, `undefined` when there is none. */
  async lockedSeconds(email: string): Promise<number | undefined> {
    const [row] = await this.database.db
      .select({ seconds: LOCKED_SECONDS })
      .from(loginFailures)
      .where(isLocked(email));
    return row?.seconds;
  }

  /**
   * Counts one wrong password and notes it for the audit, in one atomic statement.
   * @param usuarioId whose e-mail it is, `null` when it is no usuario's
   * @param actor the usuario who confirmed their own password, `null` at a login
   * @returns `refused` when it was not counted: the e-mail is locked (by now)
   */
  async record(email: string, usuarioId: number | null, actor: number | null): Promise<Failure> {
    const { requestId } = auditRow({ action: 'login.failed', actor, subject: usuarioId });
    const { rows } = await this.database.db.execute<{ action: AuditAction }>(sql`
      with counted as (
        insert into login_failures as known (email_hash, failures, forget_at)
        values (${hashOfEmail(email)}, 1, ${FORGET_AT})
        on conflict (email_hash) do update set
          failures = case when known.forget_at > now() then known.failures + 1 else 1 end,
          forget_at = excluded.forget_at
        where known.forget_at <= now() or known.failures < ${MAX_FAILED_LOGINS}
        returning failures
      )
      insert into audit_events (action, actor_usuario_id, subject_usuario_id, request_id)
      select case when failures >= ${MAX_FAILED_LOGINS} then 'login.locked' else 'login.failed' end,
        ${actor}::int, ${usuarioId}::int, ${requestId}::text
      from counted
      returning action`);
    const action = rows[0]?.action;
    if (action === undefined) return 'refused';
    return action === 'login.locked' ? 'locks' : 'counted';
  }

  /**
   * Forgets the failures, in the transaction that accepted the password.
   * @returns false when the e-mail is locked (by now): then nothing is forgotten
   */
  async forgive(tx: Db, email: string): Promise<boolean> {
    const [row] = await tx
      .select({ locked: sql<boolean>`${LOCKED}` })
      .from(loginFailures)
      .where(isOf(email))
      .for('update');
    if (row?.locked === true) return false;
    if (row) await tx.delete(loginFailures).where(isOf(email));
    return true;
  }

  /** Ends a lock and forgets the failures. @returns whether the e-mail was locked */
  async unlock(tx: Db, email: string): Promise<boolean> {
    const [row] = await tx
      .delete(loginFailures)
      .where(isOf(email))
      .returning({ locked: sql<boolean>`${LOCKED}` });
    return row?.locked === true;
  }
}
