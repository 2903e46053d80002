/**
 * Does a process that hardly gets a processor keep its cache?
 *
 *   npm run bench:starved -- [--rounds 3] [--seconds 5] [--loops 8] [--connections 16,64,256]
 *
 * One API process with its default settings, Redis and PostgreSQL, all healthy, beside eight
 * processes that only compute, on this machine. Connections ask for the same statistics, each again
 * as soon as it is answered; in turns the API answers them from its cache and, by `use_cache=false`,
 * as it would without one, which may be a refusal. While it answers from its cache, one connection
 * changes the tareas of another usuario and reads their number: an answer that lacks an acknowledged
 * write is stale. Ends with 1 unless 99 % of the answers are hits, none is stale, and the circuit
 * stays closed.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startApiProcess, type ApiProcess } from '../apps/api/test/support/api-process.js';
import { startPostgres } from '../test/servers/postgres-server.js';
import { startRedis } from '../test/servers/redis-server.js';
import { requestFor } from './http-times.js';
import { ask, type Outcome } from './http/load.js';
import { logIn } from './log-in.js';
import { expectFigure, machine, quantile, spread } from './measure.js';
import { redisVersions } from './versions.js';

const HITS = 0.99;
const PATH = '/api/v1/stats/user/2?days=30';
const WRITTEN = 3;
const NO_WRITES = { writes: 0, stale: 0 };
const OUTAGE = /store is unavailable|not proved fresh/;

const option = (fallback: string) => ({ type: 'string', default: fallback }) as const;
const { values } = parseArgs({
  options: {
    rounds: option('3'),
    seconds: option('5'),
    loops: option('8'),
    connections: option('16,64,256'),
  },
});
const [rounds, seconds, loops] = [values.rounds, values.seconds, values.loops].map(Number) as [
  number,
  number,
  number,
];
const postgres = await startPostgres();
const redis = await startRedis();
try {
  console.log(
    `${machine()}, ${await redisVersions(redis.url)}; ${loops} busy loops, ${rounds} rounds of ${seconds} s`,
  );
  const api = await startApiProcess({
    ...{ DATABASE_URL: await postgres.createDatabase('starved'), REDIS_URL: redis.url },
    JWT_SECRET: 'one secret for all of the processes',
  });
  try {
    await starve(api);
  } finally {
    await api.dispose();
  }
} finally {
  await redis.stop();
  await postgres.stop();
}

async function starve(api: ApiProcess): Promise<void> {
  const headers = await logIn(api);
  // Until the compiler has seen enough of a hit, which has nothing to do with the question.
  await turn(api, headers, { many: 16, cached: true });
  const busy = Array.from({ length: loops }, () =>
    spawn(process.execPath, ['--eval', 'for (;;);'], { stdio: 'ignore' }),
  );
  try {
    await sleep(1_000);
    for (const many of values.connections.split(',').map(Number)) {
      const turns = { cached: [] as Turn[], without: [] as Turn[] };
      for (let round = 0; round < rounds; round++) {
        turns.cached.push(await turn(api, headers, { many, cached: true }));
        turns.without.push(await turn(api, headers, { many, cached: false }));
      }
      report(many, turns);
    }
  } finally {
    const ended = busy.map((each) => once(each, 'exit'));
    for (const each of busy) each.kill('SIGKILL');
    await Promise.all(ended);
  }
}

interface Turn extends Outcome {
  readonly writes: number;
  readonly stale: number;
  /** What the process logged of an outage. */
  readonly outages: readonly string[];
}

async function turn(
  api: ApiProcess,
  headers: Readonly<Record<string, string>>,
  { many, cached }: { readonly many: number; readonly cached: boolean },
): Promise<Turn> {
  const url = new URL(`${PATH}${cached ? '' : '&use_cache=false'}`, api.url);
  const text = requestFor(url, { headers });
  const expected = cached ? 'gad; hit' : 'fwd=bypass';
  const logged = api.output.length;
  const stop = new AbortController();
  const load = { connections: many, seconds, ...(cached && { status: 200 }), expected };
  const asked = ask([new URL(api.url)], () => text, load).finally(() => stop.abort());
  const written = cached && writeAndRead(api, headers, stop.signal);
  const [outcome, { writes, stale }] = await Promise.all([asked, written || NO_WRITES]);
  const outages = api.output.slice(logged).split('\n');
  return { ...outcome, writes, stale, outages: outages.filter((line) => OUTAGE.test(line)) };
}

/** Adds tareas of one usuario, and counts the answers that lack one. */
async function writeAndRead(
  api: ApiProcess,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<{ readonly writes: number; readonly stale: number }> {
  const total = async (): Promise<number> => {
    const path = `/api/v1/stats/user/${WRITTEN}?days=30`;
    const { body } = await send(new URL(path, api.url), 'GET', headers);
    // What the contract says.
    return (JSON.parse(body) as { total_tareas: number }).total_tareas;
  };
  let expected = await total();
  let [writes, stale] = [0, 0];
  while (!signal.aborted) {
    const tareas = new URL('/api/v1/tareas', api.url);
    const { status, body } = await send(tareas, 'POST', headers, tarea());
    if (status !== 201) throw new Error(body);
    writes++;
    expected++;
    if ((await total()) < expected) stale++;
    await sleep(50);
  }
  return { writes, stale };
}

/** Over a connection of its own: the server may close an idle one while a request is on its way. */
function send(
  url: URL,
  method: string,
  headers: Readonly<Record<string, string>>,
  json?: object,
): Promise<{ readonly status: number; readonly body: string }> {
  const about = { ...headers, ...(json && { 'content-type': 'application/json' }) };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers: about, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      response.on('error', reject);
    });
    sent.on('error', reject).end(json && JSON.stringify(json));
  });
}

function tarea(): object {
  return {
    ...{ titulo: 'Una más', tipo: 'patrullaje', prioridad: 3, delegado_usuario_id: WRITTEN },
    inicio_programado: new Date(Date.now() - 3_600_000).toISOString(),
  };
}

/** The share of the answers that were not what the turn asked for. */
function otherwise(turns: readonly Turn[]): number {
  const sum = (of: (turn: Turn) => number): number =>
    turns.reduce((total, each) => total + of(each), 0);
  return sum((each) => each.otherwise * each.answered) / sum((each) => each.answered);
}

function report(
  many: number,
  { cached, without }: Readonly<Record<'cached' | 'without', readonly Turn[]>>,
): void {
  const rate = (turns: readonly Turn[]): string =>
    spread(
      turns.map(({ perSecond }) => perSecond),
      0,
    );
  const late = (turns: readonly Turn[]): string =>
    spread(
      turns.map(({ times }) => quantile([...times], 0.99)),
      0,
    );
  const total = (of: (turn: Turn) => number): number =>
    cached.reduce((sum, each) => sum + of(each), 0);
  const hits = 1 - otherwise(cached);
  const refused = otherwise(without);
  const stale = total((each) => each.stale);
  const outages = cached.flatMap((each) => each.outages);
  console.log(`  ${many} connections`);
  console.log(`    cached: ${rate(cached)} a second, p99 ${late(cached)} ms`);
  console.log(
    `    without a cache: ${rate(without)} a second, p99 ${late(without)} ms, ${(100 * refused).toFixed(2)} % refused`,
  );
  console.log(`    hits ${(100 * hits).toFixed(2)} %; ${total((each) => each.writes)} writes`);
  for (const line of outages) console.log(`    ${line}`);
  expectFigure(`${many} connections: ${100 * HITS} % of the answers are hits`, hits >= HITS);
  expectFigure(`${many} connections: no answer lacks an acknowledged write`, stale === 0);
  expectFigure(`${many} connections: the circuit stays closed`, outages.length === 0);
}
