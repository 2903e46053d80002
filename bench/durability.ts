/**
 * What do the log and the proof of freshness cost while nothing fails?
 *
 *   npm run bench:durability -- [--rounds 15] [--parts]
 *
 * Three ways to write alternate on one PostgreSQL and one Redis, each with a cache of its own, in
 * another order each round; ratios are medians of the rounds' own. All remove after the commit:
 *
 *   single       one statement that commits itself, without a log
 *   transaction  BEGIN, the statement, COMMIT, without a log
 *   log          the same with the append in it, relay, beats, proofs and notices
 *
 * With `--parts`, writes alone, and two ways more, to say where the time goes:
 *
 *   unmarked     the log, and the relay finds no marks: it removes once more, as without them
 *   no relay     the log, and nothing applies it
 *
 * Hits are read-throughs with the remaining life, as the statistics make them.
 */
import { parseArgs } from 'node:util';
import type { CommitPosition } from '@gad/cache';
import type { CacheEngine } from '@gad/cache/store';
import { createCache } from '@gad/cache';
import { silentLog } from '@gad/cache/store';
import { sql } from 'drizzle-orm';
import { knownStalePatterns } from '../apps/api/src/cache-invalidation/invalidation.map.js';
import { readAppConfig } from '../apps/api/src/config/app-config.js';
import { openDatabase } from '../apps/api/src/database/open-database.js';
import { appendEvents } from '../apps/api/src/events/outbox/append-events.js';
import { makeOutbox, type Outbox } from '../apps/api/src/events/outbox/outbox.js';
import { Relay } from '../libs/cache/src/outbox/relay.js';
import { startPostgres } from '../test/servers/postgres-server.js';
import { startRedis } from '../test/servers/redis-server.js';
import { machine, millisecondsOf, quantile, spread } from './measure.js';

// eslint-disable-next-line @typescript-eslint/unbound-method -- put back into the prototype
const startRelay = Relay.prototype.start;
const HITS = 20_000;
const READERS = 50;
const WRITES = 1_000;
const WRITERS = 8;
const IDLE_MS = 1_000;
const USERS = 100;
const PARTS = ['transaction', 'log', 'unmarked', 'no relay'] as const;
type Way = 'single' | (typeof PARTS)[number];
const VALUE = { user_id: 2, total_tareas: 45, completadas: 30, filler: 'x'.repeat(350) };

interface RelayRound {
  readonly hitsPerSecond: number;
  readonly hitP50: number;
  readonly hitP99: number;
  readonly writesPerSecond: number;
  readonly writeP50: number;
  readonly writeP99: number;
  /** Processor time of this process a write, in microseconds. */
  readonly writeCpuUs: number;
  /** Processor time of this process while nothing is asked, per second. */
  readonly idleCpuMs: number;
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    parts: { type: 'boolean', default: false },
  },
});
const WAYS: readonly Way[] = values.parts ? PARTS : ['single', 'transaction', 'log'];
const [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
const database = await openDatabase({
  database: { url: postgres.url, poolSize: WRITERS },
  dataDir: '',
});
try {
  await database.db.execute(sql`create table subject (id int primary key, n int not null)`);
  await database.db.execute(
    sql`insert into subject select id, 0 from generate_series(0, ${sql.raw(String(USERS - 1))}) as id`,
  );
  console.log(machine());
  const turns = new Map(WAYS.map((way): [Way, Partial<RelayRound>[]] => [way, []]));
  for (let round = 0; round < Number(values.rounds) + 1; round += 1) {
    for (const way of round % 2 === 0 ? WAYS : [...WAYS].reverse()) {
      const turn = await takeTurn(way);
      // The first round warms up.
      if (round > 0) turns.get(way)?.push(turn);
    }
  }
  report(turns);
} finally {
  await database.close();
  await Promise.all([redis.stop(), postgres.stop()]);
}

async function takeTurn(way: Way): Promise<Partial<RelayRound>> {
  const config = readAppConfig({ DATABASE_URL: postgres.url, REDIS_HOST: 'unused' });
  const events = await makeOutbox(config, database);
  const cache = createCache(
    {
      ...{ redis: { url: redis.url }, deadlineMs: 5_000, prefix: `${way}:` },
      ...(isLogged(way) ? { invalidationLog: events.invalidationLog(knownStalePatterns) } : {}),
    },
    silentLog,
  );
  Relay.prototype.start = way === 'no relay' ? () => undefined : startRelay;
  await cache.open();
  try {
    if (values.parts) return await write(cache, way, events);
    const hits = await readHits(cache);
    const writes = await write(cache, way, events);
    const before = process.cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    const { user, system } = process.cpuUsage(before);
    return { ...hits, ...writes, idleCpuMs: (user + system) / 1_000 / (IDLE_MS / 1_000) };
  } finally {
    await cache.close();
    await events.close();
  }
}

async function readHits(
  cache: CacheEngine,
): Promise<Pick<RelayRound, 'hitsPerSecond' | 'hitP50' | 'hitP99'>> {
  await cache.set('stats:user:2:days:30', VALUE);
  const taken: number[] = [];
  const load = (): never => {
    throw new Error('not a hit');
  };
  const reader = async (): Promise<void> => {
    for (let read = 0; read < HITS / READERS; read += 1) {
      const get = () => cache.getOrSetEntry('stats:user:2:days:30', load, { ttl: 300 });
      taken.push(await millisecondsOf(get));
    }
  };
  const ms = await millisecondsOf(() => Promise.all(Array.from({ length: READERS }, reader)));
  return {
    hitsPerSecond: (HITS / ms) * 1_000,
    hitP50: quantile(taken, 0.5),
    hitP99: quantile(taken, 0.99),
  };
}

async function write(
  cache: CacheEngine,
  way: Way,
  events: Outbox,
): Promise<Pick<RelayRound, 'writesPerSecond' | 'writeP50' | 'writeP99' | 'writeCpuUs'>> {
  const taken: number[] = [];
  let next = 0;
  const before = process.cpuUsage();
  const writer = async (): Promise<void> => {
    while (next < WRITES) {
      const id = (next += 1) % USERS;
      taken.push(await millisecondsOf(() => writeOne(cache, id, way, events)));
    }
  };
  const ms = await millisecondsOf(() => Promise.all(Array.from({ length: WRITERS }, writer)));
  const { user, system } = process.cpuUsage(before);
  return {
    writeCpuUs: (user + system) / WRITES,
    writesPerSecond: (WRITES / ms) * 1_000,
    writeP50: quantile(taken, 0.5),
    writeP99: quantile(taken, 0.99),
  };
}

async function writeOne(cache: CacheEngine, id: number, way: Way, events: Outbox): Promise<void> {
  const statement = sql`update subject set n = n + 1 where id = ${id}`;
  let written: CommitPosition | undefined;
  if (way === 'single') await database.db.execute(statement);
  else {
    const position = await database.transaction(async (tx) => {
      await tx.execute(statement);
      if (!isLogged(way)) return undefined;
      const data = { tareaId: id, delegadoUsuarioId: id };
      return appendEvents(tx, [{ name: 'tarea.updated', data }]);
    });
    if (position !== undefined) {
      written = { position, committedAt: performance.now() };
      events.appended();
    }
  }
  if (way === 'unmarked' && written !== undefined) {
    written = { ...written, position: `${written.position}0` };
  }
  await cache.invalidate([`stats:user:${String(id)}:*`], written);
}

function isLogged(way: Way): boolean {
  return way !== 'single' && way !== 'transaction';
}

function report(turns: ReadonlyMap<Way, readonly Partial<RelayRound>[]>): void {
  const rows: [string, keyof RelayRound, number][] = [
    ['hits per second, 50 readers', 'hitsPerSecond', 0],
    ['hit p50, ms', 'hitP50', 3],
    ['hit p99, ms', 'hitP99', 3],
    ['writes per second, 8 writers', 'writesPerSecond', 0],
    ['write p50, ms', 'writeP50', 3],
    ['write p99, ms', 'writeP99', 3],
    ['processor a write, µs', 'writeCpuUs', 0],
    ['idle processor, ms a second', 'idleCpuMs', 1],
  ];
  for (const [name, field, digits] of rows) {
    const figures = (way: Way): number[] =>
      (turns.get(way) ?? []).flatMap((turn) => turn[field] ?? []);
    if (figures('log').length === 0) continue;
    const each = WAYS.map((way) => `${way} ${spread(figures(way), digits)}`).join('  ');
    // Those that stand for the log, over those that do without it.
    const ratios = WAYS.filter(isLogged).flatMap((way) =>
      WAYS.filter((base) => !isLogged(base)).map((base) => {
        const over = figures(base);
        const shares = figures(way).map((figure, round) => figure / (over[round] ?? NaN));
        return `${way} ÷ ${base} ${spread(shares, 3)}`;
      }),
    );
    console.log(`${name.padEnd(30)} ${each}  ${ratios.join('  ')}`);
  }
}
