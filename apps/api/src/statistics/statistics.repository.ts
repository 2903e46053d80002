import { Injectable } from '@nestjs/common';
import { and, desc, eq, gte, isNull, max, sql, type SQL } from 'drizzle-orm';
import { Database } from '../database/database.js';
import { tareas, usuarios, type Estado } from '../database/schema.js';
import type { Statistics } from './statistics.js';

/**
 * Counts with the rows of the outer join: a usuario without tareas has one row full of nulls. Only
 * columns of the index `tareas_statistics` are read, so that the table need not be.
 */
const total = sql<number>`count(${tareas.estado})::int`;

const inEstado = (estado: Estado) =>
  sql<number>`(count(*) filter (where ${tareas.estado} = ${estado}))::int`;

const hours = sql`extract(epoch from ${tareas.finReal} - ${tareas.inicioReal}) / 3600`;

/** Infinite instants, written past the API, have no difference. */
const FINITE = sql`isfinite(${tareas.inicioReal}) and isfinite(${tareas.finReal})`;

const rounded = (number: SQL) => sql<number>`round(${number}, 2)::float8`;

const LATEST_TAREAS = 10_000;

@Injectable()
export class StatisticsRepository {
  constructor(private readonly database: Database) {}

  /**
   * Computes the statistics of one usuario in one statement, which also shows whether there is
   * such a usuario. `null` when there is none, or it was deleted.
   *
   * The window has no upper end: `created_at` is rounded to milliseconds and may lie half a
   * millisecond ahead of the clock, and a tarea that was created just now must count.
   * @param days 1..365; days of 24 hours, whatever the clocks of the time zone do
   */
  async forUser(userId: number, days: number): Promise<Statistics | null> {
    const [row] = await this.#query(userId, days);
    if (!row) return null;
    const { user_id, ...numbers } = row;
    return { user_id, period_days: days, ...numbers };
  }

  /**
   * Usuarios with tareas among the latest 10,000, the latest first: what one walk of an index shows.
   */
  async recentlyActive(limit: number): Promise<number[]> {
    const latest = this.database.db
      .select({ userId: tareas.delegadoUsuarioId, createdAt: tareas.createdAt })
      .from(tareas)
      .where(isNull(tareas.deletedAt))
      .orderBy(desc(tareas.createdAt), desc(tareas.id))
      .limit(LATEST_TAREAS)
      .as('latest');
    const rows = await this.database.db
      .select({ userId: latest.userId })
      .from(latest)
      .groupBy(latest.userId)
      .orderBy(desc(max(latest.createdAt)))
      .limit(limit);
    return rows.map(({ userId }) => userId);
  }

  /** Runs the same statement and resolves with the lines of its plan: for the benchmark and the tests. */
  async explain(userId: number, days: number): Promise<string[]> {
    const { rows } = await this.database.db.execute<{ 'QUERY PLAN': string }>(
      sql`explain (analyze, buffers) ${this.#query(userId, days)}`,
    );
    return rows.map((row) => row['QUERY PLAN']);
  }

  #query(userId: number, days: number) {
    const perDay = (count: SQL) => rounded(sql`${count}::numeric / ${days}::int`);
    return this.database.db
      .select({
        user_id: usuarios.id,
        total_tareas: total,
        completadas: inEstado('finalizada'),
        en_progreso: inEstado('en_curso'),
        programadas: inEstado('programada'),
        pausadas: inEstado('pausada'),
        canceladas: inEstado('cancelada'),
        promedio_duracion_horas: rounded(
          sql`coalesce(avg(${hours}) filter (where ${and(eq(tareas.estado, 'finalizada'), FINITE)}), 0)`,
        ),
        productividad_diaria: perDay(total),
        completadas_diarias: perDay(inEstado('finalizada')),
        calculated_at: sql<string>`to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
      })
      .from(usuarios)
      .leftJoin(
        tareas,
        and(
          eq(tareas.delegadoUsuarioId, usuarios.id),
          gte(tareas.createdAt, sql`now() - make_interval(hours => 24 * ${days}::int)`),
          isNull(tareas.deletedAt),
        ),
      )
      .where(and(eq(usuarios.id, userId), isNull(usuarios.deletedAt)))
      .groupBy(usuarios.id);
  }
}
