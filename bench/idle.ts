/**
 * What does a process that is asked nothing cost itself, Redis and PostgreSQL?
 *
 *   npm run bench:idle -- [--rounds 7] [--seconds 4] [--settle 8] [--cluster]
 *
 * One Redis and one database on this machine. First the servers alone, then with one process, whose
 * relay leads, then with a second one, which follows; without and with copies in memory
 * (`CACHE_LOCAL`). With `--cluster` instead on three masters with 60 shards, whose time is the sum of
 * theirs. A process's time is its own (`getrusage`), Redis's is `INFO cpu` minus what it
 * used alone; `INFO commandstats` says by which commands. A program is measured beside it that only
 * asks the servers five times a second (`idle-program.ts`): so much such calls cost here at least.
 * Medians of the rounds, in brackets the middle half, in milliseconds of processor time a second.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createClient } from 'redis';
import type { ApiProcess } from '../apps/api/test/support/api-process.js';
import { startApiProcess } from '../apps/api/test/support/api-process.js';
import { startPostgres, type PostgresServer } from '../test/servers/postgres-server.js';
import { startCluster } from '../test/servers/redis-cluster.js';
import { startRedis } from '../test/servers/redis-server.js';
import { expectFigure, machine, quantile, spread } from './measure.js';
import { serversMs } from './servers-time.js';
import { packageVersion, redisVersions } from './versions.js';

const PROBE = new URL('http/server-probe.ts', import.meta.url).href;

const text = (fallback: string) => ({ type: 'string', default: fallback }) as const;
const { values } = parseArgs({
  options: {
    ...{ rounds: text('7'), seconds: text('4'), settle: text('8') },
    cluster: { type: 'boolean', default: false },
  },
});
/** Targets, in milliseconds a second. */
const [PROCESS_MS, REDIS_MS] = values.cluster ? [30, 10] : [10, 3];
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

type Client = ReturnType<typeof createClient>;
/** A client of each server. */
type Redis = readonly Client[];

/** The settings of a process for the servers, where they are, and their end. */
interface Servers {
  readonly variables: Readonly<Record<string, string>>;
  readonly urls: readonly string[];
  stop(): Promise<void>;
}

const postgres = await startPostgres();
try {
  if (values.cluster) await measure(postgres, '60 shards', await onCluster());
  else
    for (const local of ['false', 'true']) {
      await measure(postgres, `CACHE_LOCAL=${local}`, await onOneRedis(local));
    }
} finally {
  await postgres.stop();
}

async function onOneRedis(local: string): Promise<Servers> {
  const redis = await startRedis();
  const variables = { REDIS_URL: redis.url, CACHE_LOCAL: local };
  return { variables, urls: [redis.url], stop: () => redis.stop() };
}

async function onCluster(): Promise<Servers> {
  const cluster = await startCluster({ replicas: 0 });
  const seeds = cluster.addresses.map(({ host, port }) => `${host}:${port}`).join(',');
  const urls = cluster.nodes.map(({ server }) => server.url);
  return { variables: { REDIS_CLUSTER: seeds }, urls, stop: () => cluster.stop() };
}

async function measure(postgres: PostgresServer, what: string, servers: Servers): Promise<void> {
  const databaseUrl = await postgres.createDatabase(
    `idle_${what.replace(/\W/g, '_').toLowerCase()}`,
  );
  const { urls, variables } = servers;
  const clients = urls.map((url): Client => createClient({ url }));
  await Promise.all(clients.map((client) => client.connect()));
  const processes: ApiProcess[] = [];
  const start = async (): Promise<Idle> => {
    processes.push(await startApi(databaseUrl, variables, processes.length === 0));
    await sleep(settle * 1_000);
    return watch(clients, databaseUrl, processes.at(-1));
  };
  try {
    console.log(
      `\n${machine()}, ${await redisVersions(urls[0] ?? '')}, pg ${packageVersion('pg')}, ` +
        `${what}; ${rounds} rounds of ${seconds} s`,
    );
    const alone = await watch(clients, databaseUrl, undefined);
    console.log(`  Redis alone: ${spread(alone.redis, 2)} ms/s`);
    const control = await bareMs(clients, { ...variables, DATABASE_URL: databaseUrl });
    console.log(
      `  a program that only asks the servers five times a second: ${spread(control, 2)} ms/s`,
    );
    const leader = await start();
    report(`one process, its relay leads, ${what}`, leader, alone);
    const follower = await start();
    report(`a second one, which follows, ${what}`, follower, leader);
  } finally {
    await Promise.all(processes.map((each) => each.dispose()));
    for (const client of clients) client.destroy();
    await servers.stop();
  }
}

async function bareMs(
  clients: Redis,
  variables: Readonly<Record<string, string>>,
): Promise<readonly number[]> {
  const program = 'bench/idle-program.ts';
  const control = await startApiProcess(variables, { program, preload: PROBE });
  try {
    await sleep(settle * 1_000);
    return (await watch(clients, variables['DATABASE_URL'] ?? '', control)).process;
  } finally {
    await control.dispose();
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
  store: Readonly<Record<string, string>>,
  makesData: boolean,
): Promise<ApiProcess> {
  const variables = {
    ...store,
    DATABASE_URL: databaseUrl,
    ...{ JWT_SECRET: 'one secret for all of the processes', DEMO_DATA: String(makesData) },
    LOG_LEVEL: 'info',
  };
  return startApiProcess(variables, { preload: PROBE });
}

async function watch(
  clients: Redis,
  databaseUrl: string,
  subject: ApiProcess | undefined,
): Promise<Idle> {
  const figures = { process: [] as number[], redis: [] as number[] };
  const before = await commandStats(clients);
  const transactionsBefore = await transactions(databaseUrl);
  const begin = performance.now();
  for (let round = 0; round < rounds; round++) {
    const [own, server, since] = [
      await ownMs(subject),
      await serversMs(clients),
      performance.now(),
    ];
    await sleep(seconds * 1_000);
    const perSecond = 1_000 / (performance.now() - since);
    figures.redis.push(((await serversMs(clients)) - server) * perSecond);
    figures.process.push(((await ownMs(subject)) - own) * perSecond);
  }
  const took = (performance.now() - begin) / 1_000;
  const statements = ((await transactions(databaseUrl)) - transactionsBefore) / took;
  const commands = new Map(
    [...(await commandStats(clients))].map(([name, { calls, ms }]) => {
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

async function commandStats(
  clients: Redis,
): Promise<Map<string, { readonly calls: number; readonly ms: number }>> {
  const infos = await Promise.all(clients.map((client) => client.info('commandstats')));
  const sums = new Map<string, { readonly calls: number; readonly ms: number }>();
  for (const found of infos.join().matchAll(/cmdstat_(\S+):calls=(\d+),usec=(\d+)/g)) {
    const [, name = '', calls, usec] = found;
    const before = sums.get(name) ?? { calls: 0, ms: 0 };
    sums.set(name, { calls: before.calls + Number(calls), ms: before.ms + Number(usec) / 1_000 });
  }
  return sums;
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
