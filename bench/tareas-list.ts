/**
 * How long does a page of `GET /tareas` take among 1 000 000 tareas, for each filter, search and sort,
 * and from which indexes? Makes its own PostgreSQL and fills it (two minutes), or takes the URL of a
 * database that `npm run seed -- --usuarios 10000 --tareas 1000000` has filled:
 *
 *   node --import ./tools/typescript.mjs bench/tareas-list.ts [postgres://…]
 */
import { Logger } from '@nestjs/common';
import pg from 'pg';
import { openPostgres } from '../apps/api/src/database/postgres/open-postgres.js';
import { loadLargeSet } from '../apps/api/src/seed/load-large-set.js';
import { ProgressLines } from '../apps/api/src/seed/terminal-progress.js';
import {
  TareasListRepository,
  type TareaFilter,
} from '../apps/api/src/tareas/tareas-list.repository.js';
import { positionOf, SORTS } from '../apps/api/src/tareas/tarea-sort.js';
import { startPostgres } from '../test/servers/postgres-server.js';

const SIZE = { usuarios: 10_000, tareas: 1_000_000 };
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
  'a day, finalizada': { desde: ago(100), hasta: ago(99), estado: 'finalizada' },
  'q=norte (a fifth)': { q: 'norte' },
  'q=00123 (a codigo’s part)': { q: '00123' },
  'q=SEED-00123456 (a codigo)': { q: 'SEED-00123456' },
  'q=zz (none)': { q: 'zz' },
  'q=% (none)': { q: '%' },
};

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
    const all: number[] = [];
    console.log(`| list | ${SORTS.join(' | ')} |\n|${' --- |'.repeat(SORTS.length + 1)}`);
    for (const [name, filter] of Object.entries(FILTERS)) {
      const cells: string[] = [];
      for (const sort of SORTS) {
        const times: number[] = [];
        for (let run = 0; run < RUNS; run += 1) {
          const started = performance.now();
          const page = await lists.list({ filter, sort, limit: 21 });
          times.push(performance.now() - started);
          const last = page.at(-1);
          // The first pages are what people look at: one more of each.
          if (last && run === 0) {
            await lists.list({ filter, sort, limit: 21, after: positionOf(sort, last) });
          }
        }
        all.push(...times);
        cells.push(percentile(times, 0.5).toFixed(1));
      }
      console.log(`| ${name} | ${cells.join(' | ')} |`);
    }
    const figures = [0.5, 0.95, 0.99].map((p) => percentile(all, p).toFixed(1));
    console.log(
      `\nmedians above, in ms; of all ${all.length} pages: p50, p95, p99 = ${figures.join(', ')}`,
    );
  } finally {
    await database.close();
  }
} finally {
  await server?.stop();
}

/** As autovacuum does in time; by a connection without the API's limits. */
async function vacuum(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query('vacuum analyze tareas');
  await client.end();
}

function percentile(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
}
