import { Injectable } from '@nestjs/common';
import { and, eq, gte, inArray, lt, sql, type SQL } from 'drizzle-orm';
import { Database } from '../database/database.js';
import { tareas, usuarios, type Estado, type Tipo } from '../database/schema.js';
import { contains, containsByIndex } from '../database/text-search.js';
import { behind, orderOf, sortColumn, type Sort, type TareaPosition } from './tarea-sort.js';
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
 * filters are rare there; and if not, everything that the filters leave, sorted.
 */
@Injectable()
export class TareasListRepository {
  constructor(private readonly database: Database) {}

  async list(listing: TareaListing): Promise<Tarea[]> {
    const near = await this.#read(listing, amongNextRows(listing));
    return near.length === listing.limit ? near : this.#read(listing, amongMatches(listing));
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

/** The inner query goes by the name of the table, so that the conditions are the same in both. */
function amongNextRows({ filter, sort, after, limit }: TareaListing): SQL {
  const order = sql.join(orderOf(sort), sql`, `);
  const next = live(indexedFilter(filter, sort), after && behind(sort, after));
  const wanted = conditions(filter, contains) ?? sql`true`;
  return sql`(select id from
    (select * from ${tareas} where ${next} order by ${order} limit ${NEXT_ROWS}) ${tareas}
    where ${wanted} order by ${order} limit ${limit})`;
}

/** Materialized: the planner is not to think of the order while it looks for the matches. */
function amongMatches({ filter, sort, after, limit }: TareaListing): SQL {
  const key = sortColumn(sort);
  const matching = live(conditions(filter, containsByIndex), after && behind(sort, after));
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
