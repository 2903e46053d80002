import { asc, desc, sql, type SQL, type SQLWrapper } from 'drizzle-orm';
import { tareas } from '../database/schema.js';
import { INSTANT, INT8, ListCursor, type CursorColumn } from '../paging/cursor.js';
import type { Tarea } from './tareas.repository.js';

export const SORTS = [
  '-created_at',
  'created_at',
  '-inicio_programado',
  'inicio_programado',
  '-prioridad',
  'prioridad',
] as const;
export type Sort = (typeof SORTS)[number];

const COLUMNS = {
  created_at: tareas.createdAt,
  inicio_programado: tareas.inicioProgramado,
  prioridad: tareas.prioridad,
} as const;

/** Where a page ends: the sort key of its last tarea, and its id. */
export type TareaPosition = readonly [key: Date | number, id: number];

/** The column that a sort goes by. The id decides between equals, in the same direction. */
export const sortColumn = (sort: Sort): (typeof COLUMNS)[keyof typeof COLUMNS] =>
  COLUMNS[sortKey(sort)];

// A sort is the name of a column, with or without a sign.
const sortKey = (sort: Sort) => sort.replace('-', '') as keyof typeof COLUMNS;

const descends = (sort: Sort): boolean => sort.startsWith('-');

export function orderOf(sort: Sort): [SQL, SQL] {
  const direction = descends(sort) ? desc : asc;
  return [direction(sortColumn(sort)), direction(tareas.id)];
}

/**
 * Rows behind a position, as a range of the index that is in the order of the list. None of these
 * columns is ever null, and the id makes each place unique.
 * @param prioridad of all rows that are asked for, if they have the same
 */
export function behind(sort: Sort, [key, id]: TareaPosition, prioridad?: number): SQL {
  const column = sortColumn(sort);
  // The planner takes the range for one of the first column alone.
  if (column === tareas.prioridad && key === prioridad) return beyond(sort, tareas.id, id);
  return beyond(sort, sql`(${column}, ${tareas.id})`, sql`(${sql.param(key, column)}, ${id})`);
}

/**
 * The same where the filters lead. A fifth of all tareas have the prioridad of the position, which the
 * planner takes for none in a range: in parts it knows how many rows lie behind.
 */
export function behindInParts(sort: Sort, after: TareaPosition, prioridad?: number): SQL {
  const [key, id] = after;
  const column = sortColumn(sort);
  if (column !== tareas.prioridad || key === prioridad) return behind(sort, after, prioridad);
  return sql`(${beyond(sort, column, key)} or ${column} = ${key} and ${beyond(sort, tareas.id, id)})`;
}

const beyond = (sort: Sort, value: SQLWrapper, limit: unknown): SQL =>
  sql`${value} ${descends(sort) ? sql`<` : sql`>`} ${limit}`;

const PRIORIDAD: CursorColumn<number> = {
  write: String,
  read: (text) => (/^[1-5]$/.test(text) ? Number(text) : undefined),
};

/** Cursors of the list in this order: good for it and for no other. */
export function tareaCursor(sort: Sort): ListCursor<readonly [Date | number, number]> {
  // The position of a list by instants holds instants, that of one by prioridad a number.
  const key = (sortColumn(sort) === tareas.prioridad ? PRIORIDAD : INSTANT) as CursorColumn<
    Date | number
  >;
  return new ListCursor(`tareas:${sort}`, key, INT8);
}

/** Where a tarea stands in the list. */
export function positionOf(sort: Sort, tarea: Tarea): TareaPosition {
  const keys = {
    created_at: tarea.createdAt,
    inicio_programado: tarea.inicioProgramado,
    prioridad: tarea.prioridad,
  };
  return [keys[sortKey(sort)], tarea.id];
}
