/**
 * How much longer does a usuario wait for statistics while another client overloads the API?
 *
 *   npm run verify:overload -- [--rounds 5] [--seconds 4]
 *
 * One process of the API over PostgreSQL and Redis of its own, all on loopback, with the limits of a
 * fresh installation. A reader asks for cached statistics fifty times a second; in each round it is
 * alone first and then beside each attack in turn. Ratios are of one round, and the middle one counts:
 * what else the machine does concerns both sides of it.
 *
 * The attackers share the machine as well, and a server with nothing to do is late for that alone. Such
 * a server, the control, is read and attacked in the same rounds. Targets are for the API's ratio in
 * multiples of the control's, which never counts as less than 1; both are printed.
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

const SERVERS = ['api', 'control'] as const;
const REFUSALS = ['400', '401', '413', '415', '423', '429', '503'];

interface Times {
  readonly p50: number;
  readonly p99: number;
}

/** One server in one round. */
interface Part {
  readonly quiet: Times;
  readonly attacked: Times;
  readonly statuses: Statuses;
}

interface Round {
  readonly api: Part;
  readonly control: Part;
}

interface Subject {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
  },
});
const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
const [postgres, redis] = [await startPostgres(), await startRedis()];
let [api, control]: (ApiProcess | undefined)[] = [];
try {
  control = await startApiProcess({}, { program: 'verify/overload/control.main.ts' });
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
  const subject = { url: api.url, headers: await logIn(api) };
  report(await measure(subject, { url: control.url, headers: subject.headers }));
} finally {
  await Promise.all([api?.dispose(), control?.dispose()]);
  await Promise.all([postgres.stop(), redis.stop()]);
}

async function measure(api: Subject, control: Subject): Promise<Map<Attack, Round[]>> {
  const results = new Map<Attack, Round[]>(ATTACKS.map((one) => [one, []]));
  for (const subject of [api, control]) await readFor(subject); // warms up
  for (let round = 0; round < rounds; round += 1) {
    for (const [one, done] of results) {
      const first = done.length * one.perSecond * seconds * 3;
      done.push({
        api: await measureOne(api, one, first),
        control: await measureOne(control, one, first),
      });
    }
  }
  return results;
}

async function measureOne(subject: Subject, one: Attack, first: number): Promise<Part> {
  const quiet = await readFor(subject);
  const attacker = attackFrom(one, subject.url, first);
  await sleep(STARTS_MS);
  const attacked = await readFor(subject);
  return { quiet, attacked, statuses: await attacker };
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
async function readFor({ url, headers }: Subject): Promise<Times> {
  const { hostname, port } = new URL(url);
  const request = requestFor(new URL(STATISTICS, url), { headers });
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
  const ratio = ({ quiet, attacked }: Part, key: keyof Times): number => attacked[key] / quiet[key];
  console.log(
    '| attack | server | statistics | quiet | attacked | ratio |\n|---|---|---|---|---|---|',
  );
  for (const [{ name, perSecond }, done] of results) {
    for (const server of SERVERS) {
      for (const key of ['p50', 'p99'] as const) {
        const of = (read: (part: Part) => number): number => middle(done, (it) => read(it[server]));
        const times = (['quiet', 'attacked'] as const).map((when) =>
          of((part) => part[when][key]).toFixed(1),
        );
        const cells = [server, key, ...times.map((ms) => `${ms} ms`)].join(' | ');
        console.log(
          `| ${perSecond}/s ${name} | ${cells} | ${of((part) => ratio(part, key)).toFixed(2)} × |`,
        );
      }
    }
  }
  for (const [{ name, target }, done] of results) {
    const statuses: Record<string, number> = {};
    for (const [status, count] of done.flatMap(({ api }) => Object.entries(api.statuses))) {
      statuses[status] = (statuses[status] ?? 0) + count;
    }
    console.log(`${name} were answered ${JSON.stringify(statuses)}`);
    const late = middle(done, ({ api }) => ratio(api, 'p99'));
    const machine = Math.max(
      1,
      middle(done, ({ control }) => ratio(control, 'p99')),
    );
    const figures = `${late.toFixed(2)} ×, the control ${machine.toFixed(2)} ×`;
    expectFigure(`p99 under ${name} at most ${target} × (${figures})`, late / machine <= target);
    const fair = Object.keys(statuses).every((status) => REFUSALS.includes(status));
    expectFigure(`${name} get refusals and nothing else`, fair);
  }
}
