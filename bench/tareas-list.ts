/**
 * How long does a page of `GET /tareas` take among 1 000 000 tareas, for each filter, search and sort,
 * and by which indexes? Fails when a table is scanned for a page, or when p95 is above 20 ms. Makes its own PostgreSQL and fills it
 * (two minutes), or takes the URL of a database that `npm run seed -- --usuarios 10000 --tareas 1000000`
 * has filled:
 *
 *   npm run bench:tareas -- [postgres://…]
 */
import { Logger } from '@nestjs/common';
import pg from 'pg';
import { openPostgres } from '../apps/api/src/database/postgres/open-postgres.js';
import { loadLargeSet } from '../apps/api/src/seed/load-large-set.js';
import { ProgressLines } from '../apps/api/src/seed/terminal-progress.js';
import {
  TareasListRepository,
  type TareaFilter,
  type TareaListing,
} from '../apps/api/src/tareas/tareas-list.repository.js';
import {
  positionOf,
  SORTS,
  type Sort,
  type TareaPosition,
} from '../apps/api/src/tareas/tarea-sort.js';
import type { Database } from '../apps/api/src/database/database.js';
import { startPostgres } from '../test/servers/postgres-server.js';
import { expectFigure, quantile } from './measure.js';
import { plansOf, type Plan } from './plans.js';

const SIZE = { usuarios: 10_000, tareas: 1_000_000 };
/** The first ones, which are those that people look at, and then the end of the list. */
const FIRST_PAGES = 2;
/** One more than a page of 20, to know whether there is another. */
const PAGE = 21;
const P95_MS = 20;
const RUNS = Number(process.env['RUNS'] ?? 20);
const DAY_MS = 24 * 3_600_000;
const ago = (days: number): Date => new Date(Date.now() - days * DAY_MS);

/** Wide and narrow, common and rare, and those that contradict the order of the list. */
const FILTERS: Readonly<Record<string, TareaFilter>> = {
  'no filter': {},
  'estado=finalizada': { estado: 'finalizada' },
  'estado=pausada&tipo=…&prioridad=5': { estado: 'pausada', tipo: 'vigilancia', prioridad: 5 },
  'tipo=vigilancia': { tipo: 'vigilancia' },
  'prioridad=1': { prioridad: 1 },
  'delegado_usuario_id=…': { delegadoUsuarioId: 400 },
  'creado_por_usuario_id=… (all)': { creadoPorUsuarioId: 4 },
  'creado_por_usuario_id=… (none)': { creadoPorUsuarioId: 5 },
  'a day, 300 days ago': { desde: ago(300), hasta: ago(299) },
  'a week, 300 days ago': { desde: ago(300), hasta: ago(293) },
  'half a year, until 180 days ago': { desde: ago(360), hasta: ago(180) },
  'a day, finalizada': { desde: ago(100), hasta: ago(99), estado: 'finalizada' },
  'q=norte (a fifth)': { q: 'norte' },
  'q=00123 (a codigo’s part)': { q: '00123' },
  'q=SEED-00123456 (a codigo)': { q: 'SEED-00123456' },
  'q=zz (none)': { q: 'zz' },
  'q=% (none)': { q: '%' },
};

const ends = new Map<TareaFilter, Map<Sort, TareaPosition>>();

Logger.overrideLogger(['warn', 'error']);
const url = process.argv.slice(2).find((argument) => argument.startsWith('postgres'));
const server =
  url === undefined ? await startPostgres({ config: { shared_buffers: '256MB' } }) : undefined;
try {
  const where = url ?? server?.url ?? '';
  const database = await openPostgres(where, { poolSize: 2 });
  try {
    if (server) await loadLargeSet(database, SIZE, new ProgressLines(console.log));
    await vacuum(where);
    const lists = new TareasListRepository(database);
    await timePages(lists);
    await explainPages(lists, database);
  } finally {
    await database.close();
  }
} finally {
  await server?.stop();
}

async function timePages(lists: TareasListRepository): Promise<void> {
  const all: number[] = [];
  console.log(tableHead());
  for (const [name, filter] of Object.entries(FILTERS)) {
    const cells: string[] = [];
    for (const sort of SORTS) {
      const times: number[] = [];
      for (let run = 0; run < RUNS; run += 1) {
        times.push(...(await readPages(lists, { filter, sort })));
      }
      all.push(...times);
      cells.push(quantile(times, 0.5).toFixed(1));
    }
    console.log(`| ${name} | ${cells.join(' | ')} |`);
  }
  const figures = [0.5, 0.95, 0.99].map((share) => quantile(all, share).toFixed(1));
  console.log(
    `\nmedians above, in ms; of all ${all.length} pages: p50, p95, p99 = ${figures.join(', ')}`,
  );
  expectFigure(`p95 of all pages at most ${P95_MS} ms`, quantile(all, 0.95) <= P95_MS);
}

type Unplaced = Pick<TareaListing, 'filter' | 'sort'>;

/** How long each of the first pages and the last one took, in ms. */
async function readPages(lists: TareasListRepository, listing: Unplaced): Promise<number[]> {
  const times: number[] = [];
  const read = async (after: TareaPosition | undefined): Promise<TareaPosition | undefined> => {
    const started = performance.now();
    const last = (await lists.list({ ...listing, limit: PAGE, after })).at(-1);
    times.push(performance.now() - started);
    return last && positionOf(listing.sort, last);
  };
  let after: TareaPosition | undefined;
  for (let page = 0; page < FIRST_PAGES; page += 1) {
    after = await read(after);
    if (after === undefined) return times;
  }
  await read(await nearEnd(lists, listing));
  return times;
}

/** A place in the list that few of its tareas lie behind; found once, and untimed. */
async function nearEnd(lists: TareasListRepository, listing: Unplaced): Promise<TareaPosition> {
  const known = ends.get(listing.filter)?.get(listing.sort);
  if (known) return known;
  const { sort } = listing;
  const reversed = (sort.startsWith('-') ? sort.slice(1) : `-${sort}`) as Sort; // of each there are both
  const rows = await lists.list({ ...listing, sort: reversed, limit: PAGE / 3 });
  const last = rows.at(-1);
  if (!last) throw new Error('The list has an end only.');
  const end = positionOf(sort, last);
  ends.set(
    listing.filter,
    (ends.get(listing.filter) ?? new Map<Sort, TareaPosition>()).set(sort, end),
  );
  return end;
}

async function explainPages(lists: TareasListRepository, { db }: Database): Promise<void> {
  const scans: string[] = [];
  console.log(`\n${tableHead()}`);
  for (const [name, filter] of Object.entries(FILTERS)) {
    const cells: string[] = [];
    for (const sort of SORTS) {
      const plans = await plansOf(db, async () => {
        await readPages(lists, { filter, sort });
      });
      const tables = plans.flatMap(({ scannedTables }) => scannedTables);
      if (tables.length > 0) scans.push(`${name} by ${sort}: ${tables.join(', ')}`);
      cells.push(summary(plans));
    }
    console.log(`| ${name} | ${cells.join(' | ')} |`);
  }
  console.log('\nindexes of all pages, and the rows that the most expensive statement read\n');
  for (const scan of scans) console.log(`scanned: ${scan}`);
  expectFigure('no page is served by a sequential scan', scans.length === 0);
}

function summary(plans: readonly Plan[]): string {
  const indexes = [...new Set(plans.flatMap((plan) => plan.indexes))]
    .filter((index) => index !== 'usuarios_pkey' && index !== 'tareas_pkey')
    .map((index) => index.replace(/^tareas_/, ''));
  return `${indexes.sort().join(', ') || 'pkey'}: ${Math.max(...plans.map(({ rows }) => rows))}`;
}

function tableHead(): string {
  return `| list | ${SORTS.join(' | ')} |\n|${' --- |'.repeat(SORTS.length + 1)}`;
}

/** As autovacuum does in time; by a connection without the API's limits. */
async function vacuum(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query('vacuum analyze tareas');
  await client.end();
}
