import { Injectable } from '@nestjs/common';
import { and, eq, isNull, lte, or, sql, type SQL } from 'drizzle-orm';
import { Database, type Db } from '../database/database.js';
import { usuarios } from '../database/schema.js';
import { LOCKOUT_SECONDS, MAX_FAILED_LOGINS } from './lockout.js';

export interface Credentials {
  readonly usuarioId: number;
  readonly passwordHash: string;
  /** Whole seconds until the lock ends, `null` when there is none. */
  readonly lockedSeconds: number | null;
}

/** What became of a wrong password: `locks` = it was the last allowed one. */
export type Failure = 'counted' | 'locks' | 'refused';

/** All times are the database's, so that every instance sees the same lock. */
const NOT_LOCKED = or(isNull(usuarios.lockedUntil), lte(usuarios.lockedUntil, sql`now()`));

const LOCKED_SECONDS = sql<number | null>`
  case when ${usuarios.lockedUntil} > now()
       then ceil(extract(epoch from ${usuarios.lockedUntil} - now()))::int end`;

/** The password and lockout columns of `usuarios`; nobody else reads them. */
@Injectable()
export class CredentialsRepository {
  constructor(private readonly database: Database) {}

  findByEmail(email: string): Promise<Credentials | undefined> {
    return this.find(eq(usuarios.email, email));
  }

  findById(usuarioId: number): Promise<Credentials | undefined> {
    return this.find(eq(usuarios.id, usuarioId));
  }

  /**
   * Counts one wrong password in one atomic statement.
   * @returns `refused` when it was not counted: the account is locked (by now), or there is none
   */
  async recordFailure(usuarioId: number): Promise<Failure> {
    const locks = sql`${usuarios.failedLogins} + 1 >= ${MAX_FAILED_LOGINS}`;
    const [counted] = await this.database.db
      .update(usuarios)
      .set({
        failedLogins: sql`case when ${locks} then 0 else ${usuarios.failedLogins} + 1 end`,
        lockedUntil: sql`case when ${locks} then now() + make_interval(secs => ${LOCKOUT_SECONDS}) end`,
      })
      .where(and(eq(usuarios.id, usuarioId), isNull(usuarios.deletedAt), NOT_LOCKED))
      .returning({ failedLogins: usuarios.failedLogins });
    if (!counted) return 'refused';
    return counted.failedLogins === 0 ? 'locks' : 'counted';
  }

  /**
   * Accepts a password that was found right, and forgets the wrong ones before it. The row stays
   * locked until `db`'s transaction ends, so that nothing about the account changes under a login.
   *
   * @returns false when meanwhile the account was locked or deleted, or the password changed.
   */
  async recordSuccess(db: Db, checked: Credentials): Promise<boolean> {
    const accepted = await db
      .update(usuarios)
      .set({ failedLogins: 0, lockedUntil: null })
      .where(
        and(
          eq(usuarios.id, checked.usuarioId),
          eq(usuarios.passwordHash, checked.passwordHash),
          isNull(usuarios.deletedAt),
          NOT_LOCKED,
        ),
      )
      .returning({ id: usuarios.id });
    return accepted.length > 0;
  }

  private async find(who: SQL): Promise<Credentials | undefined> {
    const [row] = await this.database.db
      .select({
        usuarioId: usuarios.id,
        passwordHash: usuarios.passwordHash,
        lockedSeconds: LOCKED_SECONDS,
      })
      .from(usuarios)
      .where(and(who, isNull(usuarios.deletedAt)));
    return row;
  }
}
