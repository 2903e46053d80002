/**
 * How much longer does a usuario wait for statistics while another client overloads the API?
 *
 *   npm run verify:overload -- [--rounds 5] [--seconds 4]
 *
 * One process of the API over PostgreSQL and Redis of its own, all on loopback, with the limits of a
 * fresh installation. A reader asks for cached statistics fifty times a second; in each round it is
 * alone first and then beside each attack in turn. Ratios are of one round, and the middle one counts:
 * what else the machine does concerns both sides of it. The attackers share the machine as well.
 */
import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { startApiProcess, type ApiProcess } from '../../apps/api/test/support/api-process.js';
import { startPostgres } from '../../test/servers/postgres-server.js';
import { startRedis } from '../../test/servers/redis-server.js';
import { ask } from '../../bench/http-client.js';
import { requestFor } from '../../bench/http-times.js';
import { logIn } from '../../bench/log-in.js';
import { expectFigure, machine, quantile } from '../../bench/measure.js';
import { ATTACKS, type Attack, type Statuses } from './attacks.js';

const EVERY_MS = 20;
/** More than an attacker needs to start. */
const STARTS_MS = 2_000;
const STATISTICS = '/api/v1/stats/user/2?days=30';

const REFUSALS = ['400', '401', '413', '415', '423', '429', '503'];

interface Times {
  readonly p50: number;
  readonly p99: number;
}

interface Round {
  readonly quiet: Times;
  readonly attacked: Times;
  readonly statuses: Statuses;
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
  },
});
const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
const [postgres, redis] = [await startPostgres(), await startRedis()];
let api: ApiProcess | undefined;
try {
  api = await startApiProcess({
    DATABASE_URL: await postgres.createDatabase('overload'),
    REDIS_URL: redis.url,
    TRUST_PROXY: 'loopback',
    LOGIN_RATE_LIMIT: '30',
    PUBLIC_RATE_LIMIT: '300',
    CACHE_LOG_LEVEL: 'off',
    LOG_LEVEL: 'error',
  });
  console.log(`${machine()}; ${rounds} rounds of ${seconds} s`);
  report(await measure(api));
} finally {
  await api?.dispose();
  await Promise.all([postgres.stop(), redis.stop()]);
}

async function measure({ url }: ApiProcess): Promise<Map<Attack, Round[]>> {
  const request = requestFor(new URL(STATISTICS, url), { headers: await logIn({ url }) });
  const read = (): Promise<Times> => readFor(new URL(url), request);
  const results = new Map<Attack, Round[]>(ATTACKS.map((one) => [one, []]));
  await read(); // warms up
  for (let round = 0; round < rounds; round += 1) {
    for (const [one, done] of results) {
      const quiet = await read();
      const first = done.length * one.perSecond * seconds * 3;
      const attacker = attackFrom(one, url, first);
      await sleep(STARTS_MS);
      const attacked = await read();
      done.push({ quiet, attacked, statuses: await attacker });
    }
  }
  return results;
}

/** The attack outlasts the reading at both ends. */
async function attackFrom({ name }: Attack, url: string, first: number): Promise<Statuses> {
  const program = fileURLToPath(new URL('attacker.main.ts', import.meta.url));
  const lasts = seconds + (2 * STARTS_MS) / 1_000;
  const args = ['--import', './tools/typescript.mjs', program, name, url, `${lasts}`, `${first}`];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as Statuses; // what attacker.main.ts writes
}

/** Reads at an even pace; an answer that is late delays the next request, and is counted as it was. */
async function readFor({ hostname, port }: URL, request: string): Promise<Times> {
  const socket = connect(Number(port), hostname);
  const taken: number[] = [];
  try {
    const end = performance.now() + seconds * 1_000;
    while (performance.now() < end) {
      const sent = performance.now();
      const head = await ask(socket, request);
      if (!head.startsWith('HTTP/1.1 200')) throw new Error(head);
      taken.push(performance.now() - sent);
      await sleep(Math.max(0, sent + EVERY_MS - performance.now()));
    }
  } finally {
    socket.destroy();
  }
  return { p50: quantile(taken, 0.5), p99: quantile(taken, 0.99) };
}

function report(results: ReadonlyMap<Attack, readonly Round[]>): void {
  const middle = (done: readonly Round[], of: (round: Round) => number): number =>
    quantile(done.map(of), 0.5);
  console.log('| attack | statistics | quiet | attacked | ratio |\n|---|---|---|---|---|');
  for (const [{ name, perSecond }, done] of results) {
    for (const key of ['p50', 'p99'] as const) {
      const quiet = middle(done, (round) => round.quiet[key]).toFixed(1);
      const attacked = middle(done, (round) => round.attacked[key]).toFixed(1);
      const ratio = middle(done, (round) => round.attacked[key] / round.quiet[key]).toFixed(2);
      console.log(
        `| ${perSecond}/s ${name} | ${key} | ${quiet} ms | ${attacked} ms | ${ratio} × |`,
      );
    }
  }
  for (const [{ name, target }, done] of results) {
    const statuses: Record<string, number> = {};
    for (const [status, count] of done.flatMap((round) => Object.entries(round.statuses))) {
      statuses[status] = (statuses[status] ?? 0) + count;
    }
    console.log(`${name} were answered ${JSON.stringify(statuses)}`);
    const ratio = middle(done, (round) => round.attacked.p99 / round.quiet.p99);
    expectFigure(`p99 under ${name} at most ${target} × (${ratio.toFixed(2)})`, ratio <= target);
    const fair = Object.keys(statuses).every((status) => REFUSALS.includes(status));
    expectFigure(`${name} get refusals and nothing else`, fair);
  }
}
