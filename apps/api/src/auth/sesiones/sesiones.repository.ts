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
import { refreshTokens, sesiones } from '../../database/schema.js';
import type { RecordEvent } from '../../events/domain-event-bus.js';

/** How many sesiones a usuario may have open; one more ends the oldest. */
export const MAX_SESIONES = 50;

/** A sesion with whose it is. */
export interface SesionId {
  readonly usuarioId: number;
  readonly sesionId: string;
}

const SESION_ID = { usuarioId: sesiones.usuarioId, sesionId: sesiones.id };

/** The end of a sesion or token that starts now, by the database's clock. */
const endAfter = (seconds: number): SQL => sql`now() + make_interval(secs => ${seconds})`;

const SESION_IS_OPEN = and(isNull(sesiones.revokedAt), gt(sesiones.expiresAt, sql`now()`));

/** Revoking a sesion makes it run out, too. */
const HAS_RUN_OUT = lte(sesiones.expiresAt, sql`now()`);

/** The SQL over `sesiones` and `refresh_tokens`. */
@Injectable()
export class SesionesRepository {
  constructor(private readonly database: Database) {}

  /**
   * Opens a sesion while the usuario's row is locked. Of `MAX_SESIONES` open ones the oldest ends,
   * and what has ended is removed.
   */
  async insert(
    tx: Db,
    record: RecordEvent,
    { sesionId, usuarioId }: SesionId,
    ttlSeconds: number,
  ): Promise<void> {
    const newest = tx
      .select({ id: sesiones.id })
      .from(sesiones)
      .where(and(eq(sesiones.usuarioId, usuarioId), SESION_IS_OPEN))
      .orderBy(desc(sesiones.createdAt), desc(sesiones.id))
      .limit(MAX_SESIONES - 1);
    const older = and(eq(sesiones.usuarioId, usuarioId), notInArray(sesiones.id, newest));
    await this.end(tx, older, (ended) => {
      record(...ended.map((data) => ({ name: 'sesion.ended', data }) as const));
    });
    const over = or(isNotNull(sesiones.revokedAt), HAS_RUN_OUT);
    await this.remove(tx, and(eq(sesiones.usuarioId, usuarioId), over));
    await tx.insert(sesiones).values({ id: sesionId, usuarioId, expiresAt: endAfter(ttlSeconds) });
  }

  /**
   * Removes up to `limit` sesiones that have run out or been revoked: no event, as whatever is known
   * of them has run out as well. @returns how many that were
   */
  prune(limit: number): Promise<number> {
    return this.database.transaction((tx) => this.remove(tx, HAS_RUN_OUT, limit));
  }

  /** Moves the end of an open sesion. @returns its usuario, `undefined` when it is not open */
  async extend(
    tx: Db,
    record: RecordEvent,
    sesionId: string,
    ttlSeconds: number,
  ): Promise<number | undefined> {
    const [sesion] = await tx
      .update(sesiones)
      .set({ expiresAt: endAfter(ttlSeconds) })
      .where(and(eq(sesiones.id, sesionId), SESION_IS_OPEN))
      .returning(SESION_ID);
    if (sesion) record({ name: 'sesion.renewed', data: sesion });
    return sesion?.usuarioId;
  }

  /** Records the event also when it has ended before: that end may not be acknowledged yet. */
  async revoke(tx: Db, record: RecordEvent, { usuarioId, sesionId }: SesionId): Promise<void> {
    await this.end(tx, eq(sesiones.id, sesionId), () => {
      record({ name: 'sesion.ended', data: { usuarioId, sesionId } });
    });
  }

  async revokeAll(
    tx: Db,
    record: RecordEvent,
    usuarioId: number,
    exceptSesionId: string | undefined,
  ): Promise<void> {
    const except = exceptSesionId === undefined ? undefined : ne(sesiones.id, exceptSesionId);
    await this.end(tx, and(eq(sesiones.usuarioId, usuarioId), except), () => {
      record({ name: 'sesiones.ended', data: { usuarioId } });
    });
  }

  /** @param record is handed those that have ended with this */
  private async end(
    tx: Db,
    which: SQL | undefined,
    record: (ended: readonly SesionId[]) => void,
  ): Promise<void> {
    const ended = await tx
      .update(sesiones)
      .set({ revokedAt: sql`now()`, expiresAt: sql`now()` })
      .where(and(which, SESION_IS_OPEN))
      .returning(SESION_ID);
    record(ended);
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
  async findUsed(tx: Db, hash: string): Promise<SesionId | undefined> {
    const [sesion] = await tx
      .select(SESION_ID)
      .from(refreshTokens)
      .innerJoin(sesiones, eq(sesiones.id, refreshTokens.sesionId))
      .where(and(eq(refreshTokens.hash, hash), isNotNull(refreshTokens.usedAt)));
    return sesion;
  }
}
