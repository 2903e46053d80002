import { Injectable } from '@nestjs/common';
import { and, desc, eq, gte, isNull, lt, sql, type SQL } from 'drizzle-orm';
import { Database, type Db } from '../database/database.js';
import { tareas, type Estado } from '../database/schema.js';

export type Tarea = typeof tareas.$inferSelect;
export type NewTarea = typeof tareas.$inferInsert;

export interface TareaFilter {
  readonly estado?: Estado | undefined;
  readonly delegadoUsuarioId?: number | undefined;
  readonly desde?: Date | undefined;
  readonly hasta?: Date | undefined;
  /** Only tareas with a smaller id: the pages run from the newest to the oldest. */
  readonly beforeId?: number | undefined;
}

/** All SQL over tareas but the statistics. Deleted ones are never seen. */
@Injectable()
export class TareasRepository {
  constructor(private readonly database: Database) {}

  async find(id: number): Promise<Tarea | undefined> {
    const [row] = await this.database.db
      .select()
      .from(tareas)
      .where(live(eq(tareas.id, id)));
    return row;
  }

  /** Reads and locks the row until the end of the transaction, so that two changes queue up. */
  async findForUpdate(tx: Db, id: number): Promise<Tarea | undefined> {
    const [row] = await tx
      .select()
      .from(tareas)
      .where(live(eq(tareas.id, id)))
      .for('update');
    return row;
  }

  async list(filter: TareaFilter, limit: number): Promise<Tarea[]> {
    return this.database.db
      .select()
      .from(tareas)
      .where(
        live(
          filter.estado && eq(tareas.estado, filter.estado),
          filter.delegadoUsuarioId === undefined
            ? undefined
            : eq(tareas.delegadoUsuarioId, filter.delegadoUsuarioId),
          filter.desde && gte(tareas.inicioProgramado, filter.desde),
          filter.hasta && lt(tareas.inicioProgramado, filter.hasta),
          filter.beforeId === undefined ? undefined : lt(tareas.id, filter.beforeId),
        ),
      )
      .orderBy(desc(tareas.id))
      .limit(limit);
  }

  async insert(tx: Db, tarea: NewTarea): Promise<Tarea> {
    const [row] = await tx.insert(tareas).values(tarea).returning();
    return inserted(row);
  }

  /** Applies the change and moves `version` and `updated_at` on. */
  async update(tx: Db, id: number, change: TareaChange): Promise<Tarea> {
    const [row] = await tx
      .update(tareas)
      .set({ ...change, version: sql`${tareas.version} + 1`, updatedAt: sql`now()` })
      .where(eq(tareas.id, id))
      .returning();
    return inserted(row);
  }
}

type Changeable = Omit<NewTarea, 'id' | 'uuid' | 'codigo' | 'version' | 'updatedAt' | 'createdAt'>;
export type TareaChange = { [K in keyof Changeable]?: Changeable[K] | SQL };

function live(...conditions: (SQL | undefined)[]): SQL | undefined {
  return and(isNull(tareas.deletedAt), ...conditions);
}

function inserted(row: Tarea | undefined): Tarea {
  if (!row) throw new Error('A write to tareas returned no row');
  return row;
}
