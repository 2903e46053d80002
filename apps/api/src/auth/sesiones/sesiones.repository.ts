import { Injectable } from '@nestjs/common';
import {
  and,
  desc,
  eq,
  gt,
  inArray,
  isNotNull,
  isNull,
  lt,
  lte,
  ne,
  notInArray,
  or,
  sql,
  type SQL,
} from 'drizzle-orm';
import { Database, type Db } from '../../database/database.js';
import { refreshTokens, sesiones, usuarios } from '../../database/schema.js';
import type { Principal } from '../principal.js';

/** How many sesiones a usuario may have open; one more ends the oldest. */
export const MAX_SESIONES = 50;

/** The end of a sesion or token that starts now, by the database's clock. */
const endAfter = (seconds: number): SQL => sql`now() + make_interval(secs => ${seconds})`;

const SESION_IS_OPEN = and(isNull(sesiones.revokedAt), gt(sesiones.expiresAt, sql`now()`));

/** Revoking a sesion makes it run out, too. */
const HAS_RUN_OUT = lte(sesiones.expiresAt, sql`now()`);

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

  constructor(private readonly database: Database) {
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

  /**
   * Opens a sesion while the usuario's row is locked. Of `MAX_SESIONES` open ones the oldest ends,
   * and what has ended is removed.
   */
  async insert(tx: Db, sesionId: string, usuarioId: number, ttlSeconds: number): Promise<void> {
    const newest = tx
      .select({ id: sesiones.id })
      .from(sesiones)
      .where(and(eq(sesiones.usuarioId, usuarioId), SESION_IS_OPEN))
      .orderBy(desc(sesiones.createdAt), desc(sesiones.id))
      .limit(MAX_SESIONES - 1);
    await this.end(tx, and(eq(sesiones.usuarioId, usuarioId), notInArray(sesiones.id, newest)));
    const over = or(isNotNull(sesiones.revokedAt), HAS_RUN_OUT);
    await this.remove(tx, and(eq(sesiones.usuarioId, usuarioId), over));
    await tx.insert(sesiones).values({ id: sesionId, usuarioId, expiresAt: endAfter(ttlSeconds) });
  }

  /** Removes up to `limit` sesiones that have run out or been revoked. @returns how many that were */
  prune(limit: number): Promise<number> {
    return this.database.transaction((tx) => this.remove(tx, HAS_RUN_OUT, limit));
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
    await this.end(db, eq(sesiones.id, sesionId));
  }

  async revokeAll(tx: Db, usuarioId: number, exceptSesionId: string | undefined): Promise<void> {
    const except = exceptSesionId === undefined ? undefined : ne(sesiones.id, exceptSesionId);
    await this.end(tx, and(eq(sesiones.usuarioId, usuarioId), except));
  }

  private async end(db: Db, which: SQL | undefined): Promise<void> {
    await db
      .update(sesiones)
      .set({ revokedAt: sql`now()`, expiresAt: sql`now()` })
      .where(and(which, SESION_IS_OPEN));
  }

  /** Tokens before their sesion, in the order in which a renewal locks them: never in a circle. */
  private async remove(tx: Db, which: SQL | undefined, limit?: number): Promise<number> {
    const query = tx.select({ id: sesiones.id }).from(sesiones).where(which);
    const ended = (await (limit === undefined ? query : query.limit(limit))).map(({ id }) => id);
    if (ended.length === 0) return 0;
    await tx.delete(refreshTokens).where(inArray(refreshTokens.sesionId, ended));
    await tx.delete(sesiones).where(inArray(sesiones.id, ended));
    return ended.length;
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
