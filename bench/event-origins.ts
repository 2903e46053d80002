/**
 * What do the columns that say who caused an event cost a write?
 *
 *   npm run bench:event-origins -- [--rounds 21]
 *
 * Two appenders, one with `usuario_id`, `request_id` and `trace` and one without, take turns on one
 * PostgreSQL, each round in another order. A write is a transaction with an update and an append;
 * ratios are medians of the rounds' own.
 */
import { parseArgs } from 'node:util';
import { drizzle, outboxAppender } from '@gad/cache-postgres';
import { sql } from 'drizzle-orm';
import type { Db } from '../apps/api/src/database/database.js';
import { openDatabase } from '../apps/api/src/database/open-database.js';
import { appendEvents } from '../apps/api/src/events/outbox/append-events.js';
import { OUTBOX_NAMES } from '../apps/api/src/events/outbox/outbox-names.js';
import type { DomainEvent } from '../apps/api/src/events/domain-events.js';
import { requestContext } from '../apps/api/src/logging/request-context.js';
import { startPostgres } from '../test/servers/postgres-server.js';
import { expectFigure, machine, millisecondsOf, quantile, spread } from './measure.js';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '21' } } });
const WRITES = 1_000;
const WRITERS = 8;
const TARGET = 1.03;
const EVENT: DomainEvent = {
  name: 'tarea.updated',
  data: { tareaId: 1, delegadoUsuarioId: 2 },
};
const CONTEXT = {
  requestId: '0b3f7a52-3c63-4a38-9d43-1f8e4c9d2b11',
  usuarioId: 3,
  trace: '0af7651916cd43dd8448eb211c80319c',
};

const postgres = await startPostgres();
const database = await openDatabase({
  database: { url: postgres.url, poolSize: WRITERS },
  dataDir: '',
});
// Named, as the other: each connection plans each statement once.
const plain = outboxAppender<Db>({
  via: (tx) => (statement) => drizzle(tx)({ ...statement, name: 'without_origins' }),
  names: OUTBOX_NAMES,
});
const WAYS = { without: plain, with: appendEvents } as const;
type Way = keyof typeof WAYS;

async function writes(way: Way): Promise<{ readonly ms: number; readonly cpuUs: number }> {
  const append = WAYS[way];
  const writer = async (at: number): Promise<void> => {
    for (let n = 0; n < WRITES / WRITERS; n++) {
      await database.transaction(async (tx) => {
        await tx.execute(sql`update subject set n = n + 1 where id = ${at}`);
        await append(tx, [EVENT]);
      });
    }
  };
  const before = process.cpuUsage();
  const ms = await millisecondsOf(() =>
    requestContext.run(CONTEXT, () =>
      Promise.all(Array.from({ length: WRITERS }, (_, at) => writer(at))),
    ),
  );
  const { user, system } = process.cpuUsage(before);
  return { ms: ms / WRITES, cpuUs: (user + system) / WRITES };
}

try {
  console.log(machine());
  await database.db.execute(sql`create table subject (id int primary key, n int not null)`);
  await database.db.execute(sql`insert into subject select id, 0 from generate_series(0, 7) as id`);
  const ratios: { ms: number; cpu: number }[] = [];
  const figures = { without: [] as number[], with: [] as number[] };
  for (let round = 0; round <= Number(values.rounds); round++) {
    const order: readonly Way[] = round % 2 === 0 ? ['without', 'with'] : ['with', 'without'];
    const seen = new Map<Way, { ms: number; cpuUs: number }>();
    for (const way of order) seen.set(way, await writes(way));
    const [bare, full] = [seen.get('without'), seen.get('with')];
    // The first round only warms.
    if (round === 0 || bare === undefined || full === undefined) continue;
    figures.without.push(bare.ms);
    figures.with.push(full.ms);
    ratios.push({ ms: full.ms / bare.ms, cpu: full.cpuUs / bare.cpuUs });
  }
  console.log(`without: ${spread(figures.without, 3)} ms a write of ${WRITERS} at a time`);
  console.log(`with:    ${spread(figures.with, 3)} ms`);
  const [time, cpu] = [ratios.map(({ ms }) => ms), ratios.map((each) => each.cpu)];
  console.log(`time ×${spread(time, 3)}, processor time of this process ×${spread(cpu, 3)}`);
  expectFigure(`time at most ×${TARGET}`, quantile(time, 0.5) <= TARGET);
} finally {
  await database.close();
  await postgres.stop();
}
