/**
 * What does a hit cost beside the plain client's GET + JSON.parse?
 *
 *   npm run bench:hits
 *
 * Raw and cached reads take turns, each round in another order; the ratio is the median of the
 * rounds' own ratios, because the machine is never quiet. The processor time of this process is
 * shown beside: others on the machine disturb it less.
 */
import { createClient } from 'redis';
import { startRedis } from '../test/servers/redis-server.js';
import { expectFigure, machine, millisecondsOf, openCache, quantile, spread } from './measure.js';

const ROUNDS = 41;
const LOADS = [
  { concurrency: 1, calls: 1_000 },
  { concurrency: 50, calls: 20_000 },
];
const TARGET = 1.15;
const KEY = 'stats:user:2:days:30';
const VALUE = { user_id: 2, total_tareas: 45, completadas: 30, filler: 'x'.repeat(350) };

const server = await startRedis();
try {
  const cache = await openCache(server.url);
  // With the client's own command timeout, its default, it is several times slower.
  const client = createClient({ url: server.url, commandOptions: { timeout: 0 } });
  await client.connect();
  await cache.set(KEY, VALUE);
  const load = (): never => {
    throw new Error('not a hit');
  };
  const ways: Record<string, () => Promise<unknown>> = {
    'GET + JSON.parse': async () => JSON.parse((await client.get(`gad:${KEY}`)) ?? '') as unknown,
    get: () => cache.get(KEY),
    getOrSet: () => cache.getOrSet(KEY, load),
    getOrSetEntry: () => cache.getOrSetEntry(KEY, load),
  };
  console.log(machine());
  for (const { concurrency, calls } of LOADS) {
    const turns = await takeTurns(ways, concurrency, calls);
    const [raw = []] = turns.values();
    for (const [name, rounds] of turns) {
      const ratio = (of: (turn: Turn) => number): number[] =>
        rounds.map((turn, round) => of(turn) / of(raw[round] ?? turn));
      const wall = ratio(({ ms }) => ms);
      const middle = quantile(
        rounds.map(({ ms }) => ms),
        0.5,
      );
      const rate = String(Math.round((calls / middle) * 1_000)).padStart(7);
      const cpu = spread(
        ratio(({ cpuMs }) => cpuMs),
        3,
      );
      console.log(
        `c=${concurrency} ${name.padEnd(16)} ${rate}/s  time ${spread(wall, 3)} × GET, processor ${cpu} × GET`,
      );
      if (name === 'get' || name === 'getOrSet') {
        expectFigure(`c=${concurrency} ${name} ≤ ${TARGET} × GET`, quantile(wall, 0.5) <= TARGET);
      }
    }
  }
  client.destroy();
  await cache.store.close();
} finally {
  await server.stop();
}

interface Turn {
  readonly ms: number;
  readonly cpuMs: number;
}

/** What each way took in each round, without the first rounds, in which code is compiled. */
async function takeTurns(
  ways: Record<string, () => Promise<unknown>>,
  concurrency: number,
  calls: number,
): Promise<Map<string, Turn[]>> {
  const turns = new Map(Object.keys(ways).map((name): [string, Turn[]] => [name, []]));
  for (let round = -3; round < ROUNDS; round++) {
    const names = Object.entries(ways);
    const first = (round + 3) % names.length;
    for (const [name, call] of [...names.slice(first), ...names.slice(0, first)]) {
      let left = calls;
      const loop = async (): Promise<void> => {
        while (left-- > 0) await call();
      };
      const before = process.cpuUsage();
      const ms = await millisecondsOf(() => Promise.all(Array.from({ length: concurrency }, loop)));
      const { user, system } = process.cpuUsage(before);
      if (round >= 0) turns.get(name)?.push({ ms, cpuMs: (user + system) / 1_000 });
    }
  }
  return turns;
}
