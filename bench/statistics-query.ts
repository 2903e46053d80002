/**
 * How long does the statistics query take for a usuario with 100 tareas among 1 000 000, and is it
 * answered from an index? Makes its own PostgreSQL and fills it (a minute or two), or takes the
 * URL of a database that `npm run seed -- --usuarios 10000 --tareas 1000000` has filled:
 *
 *   node --import ./tools/typescript.mjs bench/statistics-query.ts [postgres://…]
 */
import { Logger } from '@nestjs/common';
import { like } from 'drizzle-orm';
import { openPostgres } from '../apps/api/src/database/postgres/open-postgres.js';
import { usuarios } from '../apps/api/src/database/schema.js';
import { loadLargeSet } from '../apps/api/src/seed/load-large-set.js';
import { ProgressBar, ProgressLines } from '../apps/api/src/seed/terminal-progress.js';
import { StatisticsRepository } from '../apps/api/src/statistics/statistics.repository.js';
import { startPostgres } from '../test/servers/postgres-server.js';

const SIZE = { usuarios: 10_000, tareas: 1_000_000 };
const WARM_UP = 200;
const RUNS = 1_000;

Logger.overrideLogger(['warn', 'error']);
const [url] = process.argv.slice(2);
const server =
  url === undefined ? await startPostgres({ config: { shared_buffers: '256MB' } }) : undefined;
try {
  const database = await openPostgres(url ?? server?.url ?? '', { poolSize: 10 });
  try {
    if (server) {
      const progress = process.stdout.isTTY ? new ProgressBar() : new ProgressLines(console.log);
      await loadLargeSet(database, SIZE, progress);
    }
    const rows = await database.db
      .select({ id: usuarios.id })
      .from(usuarios)
      .where(like(usuarios.dni, 'SEED%'));
    const repository = new StatisticsRepository(database);
    for (const days of [365, 30]) {
      await report(
        repository,
        rows.map(({ id }) => id),
        days,
      );
    }
  } finally {
    await database.close();
  }
} finally {
  await server?.stop();
}

async function report(
  repository: StatisticsRepository,
  ids: readonly number[],
  days: number,
): Promise<void> {
  // A step that shares no factor with the number of usuarios visits each before any comes again.
  const idOf = (run: number) => ids[(run * 7919) % ids.length] ?? 0;
  const times: number[] = [];
  for (let run = 0; run < WARM_UP + RUNS; run += 1) {
    const started = performance.now();
    const statistics = await repository.forUser(idOf(run), days);
    if (run >= WARM_UP) times.push(performance.now() - started);
    if (!statistics) throw new Error(`usuario ${String(idOf(run))} is gone`);
  }
  times.sort((a, b) => a - b);
  const percentile = (p: number) =>
    (times[Math.ceil((p / 100) * times.length) - 1] ?? 0).toFixed(2);
  const counted = (await repository.forUser(idOf(0), days))?.total_tareas ?? 0;
  console.log(
    `\ndays=${String(days)}: usuario ${String(idOf(0))} has ${String(counted)} tareas in it`,
  );
  console.log((await repository.explain(idOf(0), days)).join('\n'));
  console.log(`${String(RUNS)} runs: p50 ${percentile(50)} ms, p99 ${percentile(99)} ms`);
}
