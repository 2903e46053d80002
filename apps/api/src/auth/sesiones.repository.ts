import { Injectable } from '@nestjs/common';
import { and, eq, gt, isNotNull, isNull, lt, ne, sql, type SQL } from 'drizzle-orm';
import { Database, type Db } from '../database/database.js';
import { refreshTokens, sesiones, usuarios } from '../database/schema.js';
import type { Principal } from './principal.js';

/** The end of a sesion or token that starts now, by the database's clock. */
const endAfter = (seconds: number): SQL => sql`now() + make_interval(secs => ${seconds})`;

const SESION_IS_OPEN = and(isNull(sesiones.revokedAt), gt(sesiones.expiresAt, sql`now()`));

/**
 * What every request begins with: written once, and by its name parsed and planned once for each
 * connection.
 */
const principalStatement = (db: Db) =>
  db
    .select({
      id: usuarios.id,
      email: usuarios.email,
      nombre: usuarios.nombre,
      apellido: usuarios.apellido,
      rol: usuarios.rol,
      sesionId: sesiones.id,
    })
    .from(sesiones)
    .innerJoin(usuarios, eq(usuarios.id, sesiones.usuarioId))
    .where(
      and(
        eq(sesiones.id, sql.placeholder('sesionId')),
        eq(sesiones.usuarioId, sql.placeholder('usuarioId')),
        SESION_IS_OPEN,
        isNull(usuarios.deletedAt),
      ),
    )
    .prepare('principal');

/** The SQL over `sesiones` and `refresh_tokens`. */
@Injectable()
export class SesionesRepository {
  readonly #principalOf: ReturnType<typeof principalStatement>;

  constructor(database: Database) {
    this.#principalOf = principalStatement(database.db);
  }

  /**
   * The usuario behind an access token as they are right now, if the sesion is still open: one
   * statement over two primary keys. Nothing of it is remembered between requests, so a logout, a
   * new role or a deletion counts from its commit on, on every instance.
   */
  async findPrincipal(sesionId: string, usuarioId: number): Promise<Principal | undefined> {
    const [principal] = await this.#principalOf.execute({ sesionId, usuarioId });
    return principal;
  }

  /** Also drops the usuario's sesiones that are past their end, so that the table stays small. */
  async insert(tx: Db, sesionId: string, usuarioId: number, ttlSeconds: number): Promise<void> {
    await tx
      .delete(sesiones)
      .where(and(eq(sesiones.usuarioId, usuarioId), lt(sesiones.expiresAt, sql`now()`)));
    await tx.insert(sesiones).values({ id: sesionId, usuarioId, expiresAt: endAfter(ttlSeconds) });
  }

  /** Moves the end of an open sesion. @returns its usuario, `undefined` when it is not open */
  async extend(tx: Db, sesionId: string, ttlSeconds: number): Promise<number | undefined> {
    const [sesion] = await tx
      .update(sesiones)
      .set({ expiresAt: endAfter(ttlSeconds) })
      .where(and(eq(sesiones.id, sesionId), SESION_IS_OPEN))
      .returning({ usuarioId: sesiones.usuarioId });
    return sesion?.usuarioId;
  }

  async revoke(db: Db, sesionId: string): Promise<void> {
    await db
      .update(sesiones)
      .set({ revokedAt: sql`now()` })
      .where(and(eq(sesiones.id, sesionId), isNull(sesiones.revokedAt)));
  }

  async revokeAll(tx: Db, usuarioId: number, exceptSesionId: string | undefined): Promise<void> {
    await tx
      .update(sesiones)
      .set({ revokedAt: sql`now()` })
      .where(
        and(
          eq(sesiones.usuarioId, usuarioId),
          isNull(sesiones.revokedAt),
          exceptSesionId === undefined ? undefined : ne(sesiones.id, exceptSesionId),
        ),
      );
  }

  /** Also drops the sesion's tokens that are past their end. */
  async insertToken(tx: Db, hash: string, sesionId: string, ttlSeconds: number): Promise<void> {
    await tx
      .delete(refreshTokens)
      .where(and(eq(refreshTokens.sesionId, sesionId), lt(refreshTokens.expiresAt, sql`now()`)));
    await tx.insert(refreshTokens).values({ hash, sesionId, expiresAt: endAfter(ttlSeconds) });
  }

  /**
   * Uses a token up. Of several transactions at the same time exactly one succeeds: the others
   * wait for its row and then find it used.
   * @returns the token's sesion, `undefined` when it is not good (any more)
   */
  async useToken(tx: Db, hash: string): Promise<string | undefined> {
    const [token] = await tx
      .update(refreshTokens)
      .set({ usedAt: sql`now()` })
      .where(
        and(
          eq(refreshTokens.hash, hash),
          isNull(refreshTokens.usedAt),
          gt(refreshTokens.expiresAt, sql`now()`),
        ),
      )
      .returning({ sesionId: refreshTokens.sesionId });
    return token?.sesionId;
  }

  /** The sesion of a token that has been used before. */
  async findUsed(tx: Db, hash: string): Promise<string | undefined> {
    const [token] = await tx
      .select({ sesionId: refreshTokens.sesionId })
      .from(refreshTokens)
      .where(and(eq(refreshTokens.hash, hash), isNotNull(refreshTokens.usedAt)));
    return token?.sesionId;
  }
}
