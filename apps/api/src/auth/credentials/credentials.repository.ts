import { Injectable } from '@nestjs/common';
import { and, eq, isNull, sql, type SQL } from 'drizzle-orm';
import { Database, type Db } from '../../database/database.js';
import { loginFailures, usuarios } from '../../database/schema.js';
import { isLocked, LOCKED_SECONDS } from './login-failures.repository.js';

export interface Credentials {
  readonly usuarioId: number;
  readonly email: string;
  readonly passwordHash: string;
}

export interface LookedUp {
  /** `undefined`: no usuario has the e-mail. */
  readonly found: Credentials | undefined;
  /** Whole seconds until the lock on the e-mail ends, `undefined` when there is none. */
  readonly lockedSeconds: number | undefined;
}

const CREDENTIALS = {
  usuarioId: usuarios.id,
  email: usuarios.email,
  passwordHash: usuarios.passwordHash,
};

/** The passwords of `usuarios`; nothing else reads them. */
@Injectable()
export class CredentialsRepository {
  constructor(private readonly database: Database) {}

  /**
   * Whose an e-mail is, and how long it is locked, in one statement: a flood of logins is for the most
   * part what is asked here. An e-mail that no usuario has is looked up alike.
   */
  async lookUp(email: string): Promise<LookedUp> {
    const [row] = await this.database.db
      .select({ found: CREDENTIALS, lockedSeconds: LOCKED_SECONDS })
      .from(sql`(select) as one`)
      .leftJoin(usuarios, and(eq(usuarios.email, email), isNull(usuarios.deletedAt)))
      .leftJoin(loginFailures, isLocked(email));
    return { found: row?.found ?? undefined, lockedSeconds: row?.lockedSeconds ?? undefined };
  }

  findById(usuarioId: number): Promise<Credentials | undefined> {
    return this.find(eq(usuarios.id, usuarioId));
  }

  /**
   * Whether credentials that were checked still hold. The row stays locked until the end of the
   * transaction, so that nothing about the account changes under what they were checked for.
   */
  async hold(tx: Db, checked: Credentials): Promise<boolean> {
    const held = await tx
      .select({ id: usuarios.id })
      .from(usuarios)
      .where(
        and(
          eq(usuarios.id, checked.usuarioId),
          eq(usuarios.email, checked.email),
          eq(usuarios.passwordHash, checked.passwordHash),
          isNull(usuarios.deletedAt),
        ),
      )
      .for('no key update');
    return held.length > 0;
  }

  private async find(who: SQL): Promise<Credentials | undefined> {
    const [row] = await this.database.db
      .select(CREDENTIALS)
      .from(usuarios)
      .where(and(who, isNull(usuarios.deletedAt)));
    return row;
  }
}
