/**
 * What does a process that is asked nothing cost itself, Redis and PostgreSQL?
 *
 *   npm run bench:idle -- [--rounds 7] [--seconds 4] [--settle 8]
 *
 * One Redis and one database on this machine. First the servers alone, then with one process, whose
 * relay leads, then with a second one, which follows; without and with copies in memory
 * (`CACHE_LOCAL`). A process's time is its own (`getrusage`), Redis's is `INFO cpu` minus what it
 * used alone; `INFO commandstats` says by which commands. Medians of the rounds, in brackets the
 * middle half, in milliseconds of processor time a second.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createClient } from 'redis';
import type { ApiProcess } from '../apps/api/test/support/api-process.js';
import { startApiProcess } from '../apps/api/test/support/api-process.js';
import { startPostgres, type PostgresServer } from '../test/servers/postgres-server.js';
import { startRedis } from '../test/servers/redis-server.js';
import { expectFigure, machine, quantile, spread } from './measure.js';
import { packageVersion, redisVersions } from './versions.js';

const PROCESS_MS = 10;
const REDIS_MS = 3;
const PROBE = new URL('http/server-probe.ts', import.meta.url).href;

const text = (fallback: string) => ({ type: 'string', default: fallback }) as const;
const { values } = parseArgs({
  options: { rounds: text('7'), seconds: text('4'), settle: text('8') },
});
const [rounds, seconds, settle] = [values.rounds, values.seconds, values.settle].map(Number) as [
  number,
  number,
  number,
];

/** Milliseconds of processor time a second, one figure a round. */
interface Idle {
  readonly process: readonly number[];
  readonly redis: readonly number[];
  /** Calls a second and milliseconds a second, by command. */
  readonly commands: ReadonlyMap<string, { readonly calls: number; readonly ms: number }>;
  readonly statements: number;
}

type Redis = ReturnType<typeof createClient>;

const postgres = await startPostgres();
try {
  await measure(postgres, 'false');
  await measure(postgres, 'true');
} finally {
  await postgres.stop();
}

async function measure(server: PostgresServer, local: 'true' | 'false'): Promise<void> {
  const databaseUrl = await server.createDatabase(`idle_${local}`);
  const redis = await startRedis();
  const client: Redis = createClient({ url: redis.url });
  await client.connect();
  const processes: ApiProcess[] = [];
  const start = async (): Promise<Idle> => {
    processes.push(await startApi(databaseUrl, redis.url, local, processes.length === 0));
    await sleep(settle * 1_000);
    return watch(client, databaseUrl, processes.at(-1));
  };
  try {
    console.log(
      `\n${machine()}, ${await redisVersions(redis.url)}, pg ${packageVersion('pg')}, ` +
        `CACHE_LOCAL=${local}; ${rounds} rounds of ${seconds} s`,
    );
    const alone = await watch(client, databaseUrl, undefined);
    console.log(`  Redis alone: ${spread(alone.redis, 2)} ms/s`);
    const leader = await start();
    report(`one process, its relay leads, CACHE_LOCAL=${local}`, leader, alone);
    const follower = await start();
    report(`a second one, which follows, CACHE_LOCAL=${local}`, follower, leader);
  } finally {
    await Promise.all(processes.map((each) => each.dispose()));
    client.destroy();
    await redis.stop();
  }
}

function report(what: string, now: Idle, before: Idle): void {
  const added = now.redis.map((each) => each - quantile(before.redis, 0.5));
  console.log(`  ${what}`);
  console.log(`    process ${spread(now.process, 2)} ms/s; Redis ${spread(added, 2)} ms/s more`);
  console.log(`    ${now.statements.toFixed(1)} transactions a second in PostgreSQL, of all`);
  for (const [name, { calls, ms }] of now.commands) {
    console.log(`    ${name}: ${calls.toFixed(1)} calls, ${ms.toFixed(3)} ms a second, of all`);
  }
  expectFigure(`the process needs ${PROCESS_MS} ms/s`, quantile(now.process, 0.5) <= PROCESS_MS);
  expectFigure(`Redis needs ${REDIS_MS} ms/s for it`, quantile(added, 0.5) <= REDIS_MS);
}

async function startApi(
  databaseUrl: string,
  redisUrl: string,
  local: string,
  makesData: boolean,
): Promise<ApiProcess> {
  const variables = {
    ...{ DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, CACHE_LOCAL: local },
    ...{ JWT_SECRET: 'one secret for all of the processes', DEMO_DATA: String(makesData) },
    LOG_LEVEL: 'info',
  };
  return startApiProcess(variables, { preload: PROBE });
}

async function watch(
  client: Redis,
  databaseUrl: string,
  subject: ApiProcess | undefined,
): Promise<Idle> {
  const figures = { process: [] as number[], redis: [] as number[] };
  const before = await commandStats(client);
  const transactionsBefore = await transactions(databaseUrl);
  const begin = performance.now();
  for (let round = 0; round < rounds; round++) {
    const [own, server, since] = [await ownMs(subject), await redisMs(client), performance.now()];
    await sleep(seconds * 1_000);
    const perSecond = 1_000 / (performance.now() - since);
    figures.redis.push(((await redisMs(client)) - server) * perSecond);
    figures.process.push(((await ownMs(subject)) - own) * perSecond);
  }
  const took = (performance.now() - begin) / 1_000;
  const statements = ((await transactions(databaseUrl)) - transactionsBefore) / took;
  const commands = new Map(
    [...(await commandStats(client))].map(([name, { calls, ms }]) => {
      const earlier = before.get(name) ?? { calls: 0, ms: 0 };
      return [name, { calls: (calls - earlier.calls) / took, ms: (ms - earlier.ms) / took }];
    }),
  );
  commands.delete('info');
  for (const [name, { calls }] of commands) if (calls < 0.05) commands.delete(name);
  return { ...figures, commands, statements };
}

async function ownMs(subject: ApiProcess | undefined): Promise<number> {
  if (subject === undefined) return 0;
  const answer = subject.message(AbortSignal.timeout(30_000));
  subject.send('cpu');
  const { user, system } = (await answer) as NodeJS.CpuUsage; // what the probe answers to `cpu`
  return (user + system) / 1_000;
}

async function redisMs(client: Redis): Promise<number> {
  const info = await client.info('cpu');
  const used = /used_cpu_(?:sys|user):([\d.]+)/g;
  return [...info.matchAll(used)].reduce((sum, [, each]) => sum + Number(each) * 1_000, 0);
}

async function commandStats(
  client: Redis,
): Promise<Map<string, { readonly calls: number; readonly ms: number }>> {
  const info = await client.info('commandstats');
  const found = info.matchAll(/cmdstat_(\S+):calls=(\d+),usec=(\d+)/g);
  return new Map(
    [...found].map(([, name = '', calls, usec]) => [
      name,
      { calls: Number(calls), ms: Number(usec) / 1_000 },
    ]),
  );
}

async function transactions(databaseUrl: string): Promise<number> {
  const { Client } = (await import('pg')).default;
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ done: string }>(
      'select xact_commit + xact_rollback as done from pg_stat_database where datname = current_database()',
    );
    return Number(rows[0]?.done);
  } finally {
    await client.end();
  }
}
