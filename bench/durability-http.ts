/**
 * What do the log and the proof of freshness cost over HTTP, and how much longer does a write take
 * while Redis is unavailable and when it has just come back?
 *
 *   npm run bench:durability-http -- [--rounds 9] [--seconds 2]
 *
 * Two processes of the API, each with a database and a Redis of its own on this machine: one as it
 * is, one without log and proof (`without-log.ts`). They take turns, in another order each round;
 * ratios are medians of the rounds' own. Hits are statistics, writes are PATCH of a tarea, one for
 * each connection. The requests come from this process.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startApiProcess, type ApiProcess } from '../apps/api/test/support/api-process.js';
import { startPostgres, type PostgresServer } from '../test/servers/postgres-server.js';
import { startRedis, type RedisServer } from '../test/servers/redis-server.js';
import { answersTo, requestFor, type TimedAnswers } from './http-times.js';
import { logIn } from './log-in.js';
import { expectFigure, machine, quantile, spread } from './measure.js';

const READERS = 16;
const WRITERS = 8;
/** Longer than the rule of the first 1.5 s. */
const AFTER_SECONDS = 3;
const HIT = 'gad; hit';
const STATISTICS = '/api/v1/stats/user/2?days=30';

interface Subject {
  readonly api: ApiProcess;
  readonly redis: RedisServer;
  readonly hits: readonly (readonly string[])[];
  /** Two for each connection: what changes nothing is no write. */
  readonly writes: readonly (readonly string[])[];
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    seconds: { type: 'string', default: '2' },
  },
});
const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
const postgres = await startPostgres();
const without = await start(postgres, 'without_log', './bench/without-log.ts');
const withLog = await start(postgres, 'with_log');
try {
  console.log(`${machine()}; ${rounds} rounds, ${READERS} readers, ${WRITERS} writers`);
  await compare();
  for (const what of ['killed', 'frozen'] as const) await disturb(what);
} finally {
  await Promise.all([without, withLog].map(({ api }) => api.dispose()));
  await Promise.all([postgres, without.redis, withLog.redis].map((server) => server.stop()));
}

async function start(server: PostgresServer, name: string, preload?: string): Promise<Subject> {
  const redis = await startRedis();
  const api = await startApiProcess(
    {
      REDIS_URL: redis.url,
      DATABASE_URL: await server.createDatabase(name),
      JWT_SECRET: 'one secret for both of the processes',
      CACHE_LOG_LEVEL: 'off',
    },
    preload === undefined ? {} : { preload },
  );
  const headers = await logIn(api);
  const hit = requestFor(new URL(STATISTICS, api.url), { headers });
  const page = await fetch(`${api.url}/api/v1/tareas?limit=${WRITERS}`, { headers });
  const { items } = (await page.json()) as { items: readonly { readonly id: number }[] };
  if (items.length < WRITERS) throw new Error('there are too few tareas');
  const writes = items.map(({ id }) =>
    ['Ronda', 'Patrulla'].map((titulo) =>
      requestFor(new URL(`/api/v1/tareas/${id}`, api.url), {
        ...{ method: 'PATCH', headers, body: { titulo } },
      }),
    ),
  );
  return { api, redis, hits: Array.from({ length: READERS }, () => [hit]), writes };
}

async function compare(): Promise<void> {
  for (const what of ['hits', 'writes'] as const) {
    const turns = new Map<Subject, TimedAnswers[]>([
      [without, []],
      [withLog, []],
    ]);
    for (let round = -2; round < rounds; round += 1) {
      for (const subject of round % 2 === 0 ? [without, withLog] : [withLog, without]) {
        const answers = await answersTo(urlOf(subject), subject[what], { seconds, counting: HIT });
        if (round >= 0) turns.get(subject)?.push(answers);
      }
    }
    const [off = [], on = []] = turns.values();
    report(what, off, on);
    if (what === 'hits') {
      const share = [...off, ...on].map(({ counted, taken }) => counted / taken.length);
      expectFigure('99 % of the hits were hits', quantile(share, 0) >= 0.99);
    }
  }
}

function report(what: string, off: readonly TimedAnswers[], on: readonly TimedAnswers[]): void {
  for (const [name, figure, digits] of [
    [`${what} per second`, ({ perSecond }: TimedAnswers) => perSecond, 0],
    [`${what}, p50 in ms`, ({ taken }: TimedAnswers) => quantile(taken, 0.5), 2],
    [`${what}, p99 in ms`, ({ taken }: TimedAnswers) => quantile(taken, 0.99), 2],
  ] as const) {
    const [a, b] = [off.map(figure), on.map(figure)];
    const ratios = b.map((value, round) => value / (a[round] ?? NaN));
    console.log(
      `${name.padEnd(20)} without ${spread(a, digits)}  with ${spread(b, digits)}  ratio ${spread(ratios, 3)}`,
    );
  }
}

/** Writes before the outage of Redis, during it, and after it. */
async function disturb(what: 'killed' | 'frozen'): Promise<void> {
  const { redis } = withLog;
  const write = (lasting: number): Promise<TimedAnswers> =>
    answersTo(urlOf(withLog), withLog.writes, { seconds: lasting });
  const before = await write(seconds);
  await redis.kill(what === 'killed' ? 'SIGKILL' : 'SIGSTOP');
  const during = await write(AFTER_SECONDS * 2);
  if (what === 'killed') await redis.restart();
  else await redis.kill('SIGCONT');
  const after = await write(AFTER_SECONDS);
  // Everything that is waited for has run out.
  await sleep(AFTER_SECONDS * 1_000);
  const later = await write(seconds);
  const usual = quantile(before.taken, 0.5);
  for (const [when, { taken }] of Object.entries({ before, during, after, later })) {
    const [p50 = NaN, p99 = NaN, most = NaN] = [0.5, 0.99, 1].map((share) =>
      quantile(taken, share),
    );
    console.log(
      `a write, Redis ${what}, ${when.padEnd(6)} (${String(taken.length)}): ` +
        `p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)}, max ${most.toFixed(1)} ms; ` +
        `added p50 ${(p50 - usual).toFixed(1)}, max ${(most - usual).toFixed(1)} ms`,
    );
  }
  const longest = quantile(during.taken.concat(after.taken), 1) - usual;
  expectFigure(`nothing failed, and no write waited 2 s longer (${what})`, longest < 2_000);
}

function urlOf({ api }: Subject): URL {
  return new URL(api.url);
}
