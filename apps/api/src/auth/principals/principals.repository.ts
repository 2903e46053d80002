import { Injectable } from '@nestjs/common';
import { outboxPosition } from '@gad/cache-postgres';
import { and, eq, gt, isNull, sql } from 'drizzle-orm';
import { Database, type Db } from '../../database/database.js';
import { sesiones, usuarios } from '../../database/schema.js';
import { OUTBOX_NAMES } from '../../events/outbox/outbox-names.js';
import type { AccessTokenClaims } from '../tokens/access-token-claims.js';
import type { Principal } from '../principal.js';

/** A principal with what a cache has to know of it. */
export interface ReadPrincipal extends Principal {
  /** Seconds until the sesion ends. */
  readonly secondsLeft: number;
  /** Position in the log of events: the snapshot of the statement. */
  readonly position: string;
}

const COLUMNS = {
  id: usuarios.id,
  email: usuarios.email,
  nombre: usuarios.nombre,
  apellido: usuarios.apellido,
  rol: usuarios.rol,
  sesionId: sesiones.id,
};

const CACHED_COLUMNS = {
  ...COLUMNS,
  secondsLeft: sql<number>`extract(epoch from ${sesiones.expiresAt} - now())::float8`,
  position: sql<string>`${sql.raw(outboxPosition(OUTBOX_NAMES))}`,
};

/** A usuario that is not deleted, in a sesion that is open. */
const IS_IN = and(
  eq(sesiones.id, sql.placeholder('sesionId')),
  eq(sesiones.usuarioId, sql.placeholder('usuarioId')),
  isNull(sesiones.revokedAt),
  gt(sesiones.expiresAt, sql`now()`),
  isNull(usuarios.deletedAt),
);

/** By its name each is parsed and planned once a connection: one is what most requests begin with. */
const statements = (db: Db) => ({
  principal: db
    .select(COLUMNS)
    .from(sesiones)
    .innerJoin(usuarios, eq(usuarios.id, sesiones.usuarioId))
    .where(IS_IN)
    .prepare('principal'),
  cached: db
    .select(CACHED_COLUMNS)
    .from(sesiones)
    .innerJoin(usuarios, eq(usuarios.id, sesiones.usuarioId))
    .where(IS_IN)
    .prepare('cached_principal'),
});

/** Who is calling, as the database knows it now: one statement over two primary keys. */
@Injectable()
export class PrincipalsRepository {
  readonly #statements: ReturnType<typeof statements>;

  constructor(database: Database) {
    this.#statements = statements(database.db);
  }

  /** `undefined`: there is no such usuario or sesion, or not any more. */
  async find({ sesionId, usuarioId }: AccessTokenClaims): Promise<Principal | undefined> {
    const [principal] = await this.#statements.principal.execute({ sesionId, usuarioId });
    return principal;
  }

  /** As `find`, to be cached. */
  async read({ sesionId, usuarioId }: AccessTokenClaims): Promise<ReadPrincipal | undefined> {
    const [principal] = await this.#statements.cached.execute({ sesionId, usuarioId });
    return principal;
  }
}
