import { Injectable } from '@nestjs/common';
import { and, eq, getTableColumns, isNull, sql, type SQL } from 'drizzle-orm';
import { Database, type Db } from '../database/database.js';
import { tareas, usuarios } from '../database/schema.js';

const { busqueda: _busqueda, deletedAt: _deletedAt, ...OWN_COLUMNS } = getTableColumns(tareas);

/** What leaves the repository: a tarea with the name of its delegado, who may be deleted by now. */
export const TAREA_COLUMNS = {
  ...OWN_COLUMNS,
  delegadoNombre: usuarios.nombre,
  delegadoApellido: usuarios.apellido,
};

type Row = Omit<typeof tareas.$inferSelect, 'busqueda' | 'deletedAt'>;
export type Tarea = Row & { readonly delegadoNombre: string; readonly delegadoApellido: string };
export type NewTarea = typeof tareas.$inferInsert;

/** Reads and writes single tareas; deleted ones are never seen. */
@Injectable()
export class TareasRepository {
  constructor(private readonly database: Database) {}

  find(id: number): Promise<Tarea | undefined> {
    return read(this.database.db, id);
  }

  /** Reads and locks the row until the end of the transaction, so that two changes queue up. */
  async findForUpdate(tx: Db, id: number): Promise<Tarea | undefined> {
    await tx
      .select({ id: tareas.id })
      .from(tareas)
      .where(live(eq(tareas.id, id)))
      .for('update');
    return read(tx, id);
  }

  async insert(tx: Db, tarea: NewTarea): Promise<Tarea> {
    const [row] = await tx.insert(tareas).values(tarea).returning({ id: tareas.id });
    return written(row && (await read(tx, row.id)));
  }

  /** Applies the change and moves `version` and `updated_at` on. */
  async update(tx: Db, id: number, change: TareaChange): Promise<Tarea> {
    await this.#change(tx, id, change);
    return written(await read(tx, id));
  }

  /** The row stays, unseen. */
  softDelete(tx: Db, id: number): Promise<void> {
    return this.#change(tx, id, { deletedAt: sql`now()` });
  }

  async #change(tx: Db, id: number, change: TareaChange): Promise<void> {
    await tx
      .update(tareas)
      .set({ ...change, version: sql`${tareas.version} + 1`, updatedAt: sql`now()` })
      .where(eq(tareas.id, id));
  }
}

type Changeable = Omit<NewTarea, 'id' | 'uuid' | 'codigo' | 'version' | 'updatedAt' | 'createdAt'>;
export type TareaChange = { [K in keyof Changeable]?: Changeable[K] | SQL };

export function live(...conditions: (SQL | undefined)[]): SQL | undefined {
  return and(isNull(tareas.deletedAt), ...conditions);
}

async function read(db: Db, id: number): Promise<Tarea | undefined> {
  const [row] = await db
    .select(TAREA_COLUMNS)
    .from(tareas)
    .innerJoin(usuarios, eq(usuarios.id, tareas.delegadoUsuarioId))
    .where(live(eq(tareas.id, id)));
  return row;
}

function written(row: Tarea | undefined): Tarea {
  if (!row) throw new Error('A write to tareas returned no row');
  return row;
}
