/**
 * What does a request for the statistics cost, beside what a team would write instead?
 *
 *   npm run bench:http -- [--rounds 5] [--seconds 1] [--connections 1,16,128] [--processes 1,2]
 *     [--scenarios hit,304,miss,bypass] [--furnishings lean,full] [--set-ups <part of a name>,…]
 *
 * Each set-up is a process of its own (or two, over which the connections are spread), asked in
 * turns from this process, on the same machine, in another order each round. All verify the same
 * HS256 token; the bare route answers a constant body of the API's size. `lean`: nothing is logged,
 * and rivals have the route and nothing else; `full`: access log, request ids, security headers and
 * metrics on every side. Ratios are medians of the rounds' own, to the first set-up of the table.
 * Ends with the targets of hits, and with 1 when one is missed.
 */
import { parseArgs } from 'node:util';
import { startPostgres } from '../../test/servers/postgres-server.js';
import { startRedis } from '../../test/servers/redis-server.js';
import { machine } from '../measure.js';
import { packageVersion, redisVersions } from '../versions.js';
import { installRivals } from './install-rivals.js';
import { ask } from './load.js';
import { addUsuarios, questionFor } from './requests.js';
import type { Furnishing, Running, Scenario } from './set-ups.js';
import { probe, SCENARIOS, SET_UPS, startAll } from './set-ups.js';
import type { Turn } from './table.js';
import { printTable } from './table.js';
import type { Measured } from './verdict.js';
import { judge } from './verdict.js';

/** Answers of a process before it is measured. */
const WARM_UP = 6_000;

const text = (fallback: string) => ({ type: 'string', default: fallback }) as const;
const { values } = parseArgs({
  options: {
    rounds: text('5'),
    seconds: text('1'),
    connections: text('1,16,128'),
    processes: text('1,2'),
    scenarios: text(SCENARIOS.join()),
    furnishings: text('lean,full'),
    'set-ups': text(''),
  },
});
const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
const connections = values.connections.split(',').map(Number);
const processes = values.processes.split(',').map(Number);
const furnishings: readonly Furnishing[] = (['lean', 'full'] as const).filter((each) =>
  values.furnishings.includes(each),
);
const scenarios = SCENARIOS.filter((each) => values.scenarios.split(',').includes(each));
const setUps = SET_UPS.filter(({ name }) =>
  values['set-ups'].split(',').some((part) => name.includes(part)),
);

const measured: Measured[] = [];

installRivals();
const redis = await startRedis();
const postgres = await startPostgres();
try {
  const packages = ['fastify', '@nestjs/core', 'passport-jwt', 'jsonwebtoken', 'pg'];
  const versions = packages.map((name) => `${name} ${packageVersion(name)}`).join(', ');
  console.log(`${machine()}, ${await redisVersions(redis.url)}, ${versions}`);
  console.log(`${rounds} rounds of ${seconds} s; medians, in brackets the middle half`);
  for (const furnishing of furnishings) {
    for (const count of processes) await compare(furnishing, count);
  }
  if (!judge(measured)) process.exitCode = 1;
} finally {
  await redis.stop();
  await postgres.stop();
}

async function compare(furnishing: Furnishing, count: number): Promise<void> {
  const databaseUrl = await postgres.createDatabase(`http_${furnishing}_${count}`);
  const around = { redisUrl: redis.url, databaseUrl, furnishing, processes: count };
  const running = await startAll(setUps, around);
  try {
    await addUsuarios(databaseUrl);
    for (const each of running) await warmUp(each);
    for (const scenario of scenarios) {
      // With several processes only what many ask for matters.
      if (count > 1 && scenario !== 'hit') continue;
      const asked = running.filter((each) => each.scenarios.includes(scenario));
      for (const many of connections) {
        if (many < count) continue;
        const turns = await takeTurns(asked, scenario, many);
        const title = `${scenario}, ${furnishing}, ${count} process, c = ${many}`;
        printTable(title, turns);
        measured.push({ title, scenario, processes: count, connections: many, turns });
      }
    }
  } finally {
    await Promise.all(running.flatMap(({ servers }) => servers).map((each) => each.dispose()));
  }
}

/** Until the compiler has seen enough of the way of a hit. */
async function warmUp(running: Running): Promise<void> {
  const question = await questionFor(running, 'hit');
  const load = { ...question, connections: 16, seconds: 1 };
  let answered = 0;
  while (answered < WARM_UP * running.urls.length) {
    answered += (await ask(running.urls, question.requests, load)).answered;
  }
}

/** What each set-up showed in each round; the first round warms up. */
async function takeTurns(
  asked: readonly Running[],
  scenario: Scenario,
  many: number,
): Promise<ReadonlyMap<string, readonly Turn[]>> {
  const turns = new Map(asked.map(({ name }): [string, Turn[]] => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const running of round % 2 === 0 ? asked : [...asked].reverse()) {
      const question = await questionFor(running, scenario);
      const load = { ...question, connections: many, seconds };
      const put = () => ask(running.urls, question.requests, load);
      const before = await probe(running, 'cpu');
      const outcome = await put();
      const cpuUs = ((await probe(running, 'cpu')) - before) / outcome.answered;
      if (round < 0) continue;
      const counted = round === 0 ? await count(running, put) : undefined;
      turns.get(running.name)?.push({ ...outcome, cpuUs, ...counted });
    }
  }
  return turns;
}

/** Bytes and promises of an answer, each in a turn of its own, because counting costs time. */
async function count(
  running: Running,
  put: () => ReturnType<typeof ask>,
): Promise<{ readonly bytes: number; readonly promises: number }> {
  const [bytes = NaN, promises = NaN] = await inTurn(['bytes', 'promises'], async (what) => {
    await probe(running, `count ${what}`);
    const { answered } = await put();
    return (await probe(running, what)) / answered;
  });
  return { bytes, promises };
}

async function inTurn<T, R>(items: readonly T[], run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await run(item));
  return results;
}
