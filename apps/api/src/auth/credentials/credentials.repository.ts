import { Injectable } from '@nestjs/common';
import { and, eq, isNull, type SQL } from 'drizzle-orm';
import { Database, type Db } from '../../database/database.js';
import { usuarios } from '../../database/schema.js';

export interface Credentials {
  readonly usuarioId: number;
  readonly email: string;
  readonly passwordHash: string;
}

/** The passwords of `usuarios`; nothing else reads them. */
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
      .select({
        usuarioId: usuarios.id,
        email: usuarios.email,
        passwordHash: usuarios.passwordHash,
      })
      .from(usuarios)
      .where(and(who, isNull(usuarios.deletedAt)));
    return row;
  }
}
