import { Injectable } from '@nestjs/common';
import { and, asc, eq, gt, inArray, isNull, or, sql } from 'drizzle-orm';
import { Database, type Db } from '../database/database.js';
import { tareas, usuarios, type Rol } from '../database/schema.js';
import type { RecordEvent } from '../events/domain-event-bus.js';
import { containsByIndex } from '../database/text-search.js';

/** The columns that leave the repository: never the password hash nor the lockout's. */
const COLUMNS = {
  id: usuarios.id,
  uuid: usuarios.uuid,
  dni: usuarios.dni,
  nombre: usuarios.nombre,
  apellido: usuarios.apellido,
  email: usuarios.email,
  telefono: usuarios.telefono,
  rol: usuarios.rol,
  verificado: usuarios.verificado,
  createdAt: usuarios.createdAt,
  updatedAt: usuarios.updatedAt,
};

export interface Usuario {
  readonly id: number;
  readonly uuid: string;
  readonly dni: string;
  readonly nombre: string;
  readonly apellido: string;
  readonly email: string;
  readonly telefono: string | null;
  readonly rol: Rol;
  readonly verificado: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface UsuarioFilter {
  readonly rol?: Rol | undefined;
  /** In `nombre apellido` or the e-mail. */
  readonly q?: string | undefined;
}

export type NewUsuario = Pick<
  typeof usuarios.$inferInsert,
  'dni' | 'nombre' | 'apellido' | 'email' | 'telefono' | 'rol' | 'passwordHash'
>;
export type UsuarioChanges = Partial<NewUsuario & Pick<Usuario, 'verificado'>>;

const LIVE = isNull(usuarios.deletedAt);

@Injectable()
export class UsuariosRepository {
  constructor(private readonly database: Database) {}

  async find(id: number): Promise<Usuario | undefined> {
    const [row] = await this.database.db
      .select(COLUMNS)
      .from(usuarios)
      .where(and(eq(usuarios.id, id), LIVE));
    return row;
  }

  /** In the order of their ids, those after `afterId`. */
  list({ rol, q }: UsuarioFilter, afterId: number, limit: number): Promise<Usuario[]> {
    return this.database.db
      .select(COLUMNS)
      .from(usuarios)
      .where(
        and(
          gt(usuarios.id, afterId),
          LIVE,
          rol && eq(usuarios.rol, rol),
          q === undefined ? undefined : containsByIndex(usuarios.busqueda, q),
        ),
      )
      .orderBy(asc(usuarios.id))
      .limit(limit);
  }

  /**
   * Whether a usuario is there, and with which role. Inside a transaction the row is locked as a
   * foreign key would lock it: until its end the usuario cannot be deleted.
   */
  async findActive(id: number, tx?: Db): Promise<{ id: number; rol: Rol } | undefined> {
    const query = (tx ?? this.database.db)
      .select({ id: usuarios.id, rol: usuarios.rol })
      .from(usuarios)
      .where(and(eq(usuarios.id, id), LIVE));
    const [row] = await (tx ? query.for('key share') : query);
    return row;
  }

  async insert(tx: Db, record: RecordEvent, usuario: NewUsuario): Promise<Usuario> {
    const [row] = await tx.insert(usuarios).values(usuario).returning(COLUMNS);
    if (!row) throw new Error('INSERT … RETURNING gave no row');
    record({ name: 'usuario.created', data: { usuarioId: row.id } });
    return row;
  }

  /** Locks the usuario against other writers until the end of the transaction. */
  async lock(tx: Db, id: number): Promise<Usuario | undefined> {
    const [row] = await tx
      .select(COLUMNS)
      .from(usuarios)
      .where(and(eq(usuarios.id, id), LIVE))
      .for('no key update');
    return row;
  }

  /**
   * Locks the usuario together with all admins, so that two transactions cannot each remove the
   * other's last admin. One statement in the order of ids: two of them never wait in a circle. And
   * not `for update`: that would wait for foreign keys, whose transactions may wait for an admin.
   */
  async lockWithAdmins(
    tx: Db,
    id: number,
  ): Promise<{ usuario: Usuario | undefined; otherAdmins: number }> {
    const rows = await tx
      .select(COLUMNS)
      .from(usuarios)
      .where(and(or(eq(usuarios.id, id), eq(usuarios.rol, 'admin')), LIVE))
      .orderBy(asc(usuarios.id))
      .for('no key update');
    return {
      usuario: rows.find((row) => row.id === id),
      otherAdmins: rows.filter((row) => row.id !== id && row.rol === 'admin').length,
    };
  }

  /**
   * After a lock: waits for the transactions that count on the usuario to stay (`findActive`,
   * foreign keys), and keeps new ones waiting until this one ends.
   */
  async lockReferences(tx: Db, id: number): Promise<void> {
    await tx.select({ id: usuarios.id }).from(usuarios).where(eq(usuarios.id, id)).for('update');
  }

  /** A new role is an event of its own beside this one's. */
  async update(tx: Db, record: RecordEvent, id: number, changes: UsuarioChanges): Promise<Usuario> {
    const [row] = await tx
      .update(usuarios)
      .set({ ...changes, updatedAt: sql`now()` })
      .where(eq(usuarios.id, id))
      .returning(COLUMNS);
    if (!row) throw new Error('UPDATE … RETURNING gave no row');
    record({ name: 'usuario.updated', data: { usuarioId: id } });
    return row;
  }

  /** The row stays: tareas of the past name it. Its dni and email are free again. */
  async softDelete(tx: Db, record: RecordEvent, id: number): Promise<void> {
    record({ name: 'usuario.deleted', data: { usuarioId: id } });
    await tx
      .update(usuarios)
      .set({ deletedAt: sql`now()`, updatedAt: sql`now()` })
      .where(eq(usuarios.id, id));
  }

  /** Whether a tarea that is neither finalizada nor cancelada is delegated to the usuario. */
  async hasOpenTareas(tx: Db, id: number): Promise<boolean> {
    const open = await tx
      .select({ id: tareas.id })
      .from(tareas)
      .where(
        and(
          eq(tareas.delegadoUsuarioId, id),
          inArray(tareas.estado, ['programada', 'en_curso', 'pausada']),
          isNull(tareas.deletedAt),
        ),
      )
      .limit(1);
    return open.length > 0;
  }
}
