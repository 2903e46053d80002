import { Injectable } from '@nestjs/common';
import { and, eq, gte, inArray, lt, sql, type SQL } from 'drizzle-orm';
import { Database } from '../database/database.js';
import { tareas, usuarios, type Estado, type Tipo } from '../database/schema.js';
import { contains, containsByIndex } from '../database/text-search.js';
import {
  behind,
  behindInParts,
  orderOf,
  sortColumn,
  type Sort,
  type TareaPosition,
} from './tarea-sort.js';
import { live, TAREA_COLUMNS, type Tarea } from './tareas.repository.js';

export interface TareaFilter {
  readonly estado?: Estado | undefined;
  readonly tipo?: Tipo | undefined;
  readonly prioridad?: number | undefined;
  readonly delegadoUsuarioId?: number | undefined;
  readonly creadoPorUsuarioId?: number | undefined;
  readonly desde?: Date | undefined;
  readonly hasta?: Date | undefined;
  /** In the codigo or the titulo. */
  readonly q?: string | undefined;
}

export interface TareaListing {
  readonly filter: TareaFilter;
  readonly sort: Sort;
  /** Only what comes behind it. */
  readonly after?: TareaPosition | undefined;
  readonly limit: number;
}

/** How many rows are looked through in the order of the list before the filters lead instead. */
const NEXT_ROWS = 2_000;

/**
 * Pages of tareas, quick whatever the filters. The planner takes filters for independent of each
 * other and of the order, and so would walk through a year of tareas to the week that was asked
 * for. Hence two steps: the next rows in the order of the list, which hold a whole page unless the
 * filters are rare there or the list ends; and if not, the rest of the list where it is that short,
 * otherwise everything that the filters leave, sorted. Cost: one statement, or three.
 */
@Injectable()
export class TareasListRepository {
  constructor(private readonly database: Database) {}

  async list(listing: TareaListing): Promise<Tarea[]> {
    const near = await this.#read(listing, amongNextRows(listing, NEXT_ROWS));
    if (near.length === listing.limit) return near;
    // Read anew: what is written meanwhile moves the end of the list.
    const ends = await this.#endsWithin(NEXT_ROWS, listing);
    return this.#read(listing, ends ? amongNextRows(listing) : amongMatches(listing));
  }

  async #endsWithin(rows: number, listing: TareaListing): Promise<boolean> {
    const beyond = await this.database.db.execute(
      sql`select from ${tareas} ${nextRows(listing)} offset ${rows} limit 1`,
    );
    return beyond.rows.length === 0;
  }

  #read({ sort }: TareaListing, ids: SQL): Promise<Tarea[]> {
    return this.database.db
      .select(TAREA_COLUMNS)
      .from(tareas)
      .innerJoin(usuarios, eq(usuarios.id, tareas.delegadoUsuarioId))
      .where(inArray(tareas.id, ids))
      .orderBy(...orderOf(sort));
  }
}

/** In the order of the list, from an index that begins by one of the filters if there is one. */
function nextRows({ filter, sort, after }: TareaListing): SQL {
  const next = live(indexedFilter(filter, sort), after && behind(sort, after, filter.prioridad));
  return sql`where ${next} order by ${sql.join(orderOf(sort), sql`, `)}`;
}

/**
 * The inner query goes by the name of the table, so that the conditions are the same in both.
 * @param rows how many are looked through; default: all
 */
function amongNextRows(listing: TareaListing, rows: number | null = null): SQL {
  const { filter, sort, limit } = listing;
  const wanted = conditions(filter, contains) ?? sql`true`;
  return sql`(select id from
    (select * from ${tareas} ${nextRows(listing)} limit ${rows}) ${tareas}
    where ${wanted} order by ${sql.join(orderOf(sort), sql`, `)} limit ${limit})`;
}

/** Materialized: the planner is not to think of the order while it looks for the matches. */
function amongMatches({ filter, sort, after, limit }: TareaListing): SQL {
  const key = sortColumn(sort);
  const position = after && behindInParts(sort, after, filter.prioridad);
  const matching = live(conditions(filter, containsByIndex), position);
  return sql`(with ${tareas} as materialized
    (select ${tareas.id}, ${key} from ${tareas} where ${matching})
    select id from ${tareas} order by ${sql.join(orderOf(sort), sql`, `)} limit ${limit})`;
}

/** The filter by which an index that is in the order of the list begins. */
function indexedFilter(filter: TareaFilter, sort: Sort): SQL | undefined {
  switch (sortColumn(sort)) {
    case tareas.createdAt:
      return equalities(filter)[0];
    case tareas.prioridad:
      return prioridadIs(filter);
    default:
      return period(filter);
  }
}

function conditions(
  filter: TareaFilter,
  contains: (folded: typeof tareas.busqueda, text: string) => SQL,
): SQL | undefined {
  const { q } = filter;
  const text = q === undefined ? undefined : contains(tareas.busqueda, q);
  return and(...equalities(filter), prioridadIs(filter), period(filter), text);
}

/** The rarest first. Each has an index that goes on by `created_at`. */
function equalities(filter: TareaFilter): SQL[] {
  const { delegadoUsuarioId, creadoPorUsuarioId, estado, tipo } = filter;
  return [
    delegadoUsuarioId === undefined ? [] : eq(tareas.delegadoUsuarioId, delegadoUsuarioId),
    creadoPorUsuarioId === undefined ? [] : eq(tareas.creadoPorUsuarioId, creadoPorUsuarioId),
    estado === undefined ? [] : eq(tareas.estado, estado),
    tipo === undefined ? [] : eq(tareas.tipo, tipo),
  ].flat();
}

const prioridadIs = ({ prioridad }: TareaFilter): SQL | undefined =>
  prioridad === undefined ? undefined : eq(tareas.prioridad, prioridad);

const period = ({ desde, hasta }: TareaFilter): SQL | undefined =>
  and(desde && gte(tareas.inicioProgramado, desde), hasta && lt(tareas.inicioProgramado, hasta));
