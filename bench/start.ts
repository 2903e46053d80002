/**
 * How long does the built API take from its start to its first answer, and how much memory does it
 * hold afterwards?
 *
 *   npm run build && npm run bench:start -- [--rounds 7]
 *
 * `npm start` without npm: with the embedded database, whose `.data` is there, and with PostgreSQL
 * and Redis on this machine, whose tables are filled. Each round starts a process, asks
 * `/health/live` until it is answered, and reads its resident memory five seconds later.
 * Time beside processor time shows how busy the machine was, and a program that does nothing how fast
 * it is; one that opens the embedded database and does nothing else shows what is left for the API.
 * Medians, in brackets the middle half.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { freePort } from '../test/servers/ports.js';
import { startPostgres } from '../test/servers/postgres-server.js';
import { startRedis } from '../test/servers/redis-server.js';
import { expectFigure, machine, quantile, spread } from './measure.js';

const TARGETS = {
  embedded: { seconds: 1.5, mebibytes: 300 },
  servers: { seconds: 1.0, mebibytes: 130 },
} as const;
const MAIN = 'dist/server/main.js';
/** Clock ticks of `/proc`, whatever the processor. */
const TICK_MS = 10;

/** Opens the embedded database of a folder, says what it holds in memory, and ends. */
const OPEN_PGLITE = `
import { PGlite } from '@electric-sql/pglite';
const client = await PGlite.create(process.argv[1]);
await client.query('select 1');
process.stdout.write(String(process.memoryUsage.rss()));
process.exit();
`;

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '7' } } });
const rounds = Number(values.rounds);
const postgres = await startPostgres();
const redis = await startRedis();
const dataDir = await mkdtemp(join(tmpdir(), 'gad-start-'));
try {
  console.log(`${machine()}; ${rounds} rounds`);
  const empty = [];
  for (let round = 0; round < rounds; round++) empty.push(await emptyStart());
  console.log(`  a program that does nothing: ${spread(empty, 2)} s`);
  await measure('embedded', {});
  await measureDatabaseAlone();
  const DATABASE_URL = await postgres.createDatabase('start');
  await measure('servers', { DATABASE_URL, REDIS_URL: redis.url });
} finally {
  await rm(dataDir, { recursive: true, force: true });
  await redis.stop();
  await postgres.stop();
}

async function measure(
  what: keyof typeof TARGETS,
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  await startOnce(variables);
  const starts = [];
  for (let round = 0; round < rounds; round++) starts.push(await startOnce(variables));
  const seconds = starts.map((start) => start.ms / 1_000);
  const mebibytes = starts.map(({ bytes }) => bytes / 2 ** 20);
  const cpu = starts.map((start) => start.cpuMs / 1_000);
  console.log(`  ${what}: first answer after ${spread(seconds, 2)} s`);
  console.log(`    processor time until then ${spread(cpu, 2)} s`);
  console.log(`    resident ${spread(mebibytes, 0)} MiB`);
  const target = TARGETS[what];
  expectFigure(
    `${what}: first answer within ${target.seconds} s`,
    quantile(seconds, 0.5) <= target.seconds,
  );
  expectFigure(
    `${what}: at most ${target.mebibytes} MiB resident`,
    quantile(mebibytes, 0.5) <= target.mebibytes,
  );
}

/** Seconds of a process that only starts and ends: what the machine itself takes. */
async function emptyStart(): Promise<number> {
  const begin = performance.now();
  await once(spawn(process.execPath, ['--eval', '']), 'exit');
  return (performance.now() - begin) / 1_000;
}

async function measureDatabaseAlone(): Promise<void> {
  const starts = [];
  for (let round = 0; round < rounds; round++) starts.push(await openedAlone());
  const seconds = starts.map(({ ms }) => ms / 1_000);
  const mebibytes = starts.map(({ bytes }) => bytes / 2 ** 20);
  console.log(`    its database alone after ${spread(seconds, 2)} s`);
  console.log(`    … resident ${spread(mebibytes, 0)} MiB`);
}

/** A start of the embedded database in a process that has nothing else. */
async function openedAlone(): Promise<Omit<Start, 'cpuMs'>> {
  const begin = performance.now();
  const words = ['--input-type=module', '--eval', OPEN_PGLITE, join(dataDir, 'db')];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [bytes] = (await once(child.stdout, 'data')) as [Buffer];
  const ms = performance.now() - begin;
  await once(child, 'exit');
  return { ms, bytes: Number(bytes.toString()) };
}

interface Start {
  readonly ms: number;
  readonly cpuMs: number;
  readonly bytes: number;
}

async function startOnce(variables: Readonly<Record<string, string>>): Promise<Start> {
  const port = await freePort();
  const env = {
    PATH: process.env['PATH'],
    ...{ HOST: '127.0.0.1', PORT: String(port), DATA_DIR: dataDir, LOG_LEVEL: 'warn' },
    ...variables,
  };
  const begin = performance.now();
  const child = spawn(process.execPath, ['--enable-source-maps', MAIN], {
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = once(child, 'exit');
  try {
    while (!(await answers(port, '/health/live'))) {
      if (child.exitCode !== null) throw new Error(`the API ended with ${String(child.exitCode)}`);
      await sleep(2);
    }
    const ms = performance.now() - begin;
    const cpuMs = await cpuOf(child.pid ?? 0);
    await sleep(5_000);
    const status = await readFile(`/proc/${String(child.pid)}/status`, 'utf8');
    return { ms, cpuMs, bytes: Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1_024 };
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

async function cpuOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8');
  const [user = '0', system = '0'] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return (Number(user) + Number(system)) * TICK_MS;
}

function answers(port: number, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    request({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode === 200));
    })
      .on('error', () => resolve(false))
      .end();
  });
}
