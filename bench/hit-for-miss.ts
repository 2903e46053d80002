/**
 * How long does a caller wait for loads that yield nothing to store? Four processes of ten callers
 * each ask for one key again and again; every loader takes 200 ms and ends with an error, with
 * `undefined` or unstored. A caller's wait is given as a multiple of its own load.
 *
 *   npm run bench:hit-for-miss
 */
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { LoadContext } from '@gad/cache';
import { startRedis } from '../test/servers/redis-server.js';
import { expectFigure, machine, openCache, quantile, spread } from './measure.js';

const PROCESSES = 4;
const CALLERS = 10;
const ROUNDS = 20;
const LOAD_MS = 200;

const ENDS: Record<string, (way: LoadContext) => unknown> = {
  'an error': () => Promise.reject(new Error('no row')),
  undefined: () => undefined,
  skipStore: (way) => {
    way.skipStore();
    return 1;
  },
};

interface Answer {
  /** How long each call took, beside a load of its own, in the order of their ends. */
  readonly waits: number[];
  readonly loads: number;
}

const url = process.argv[2];
if (url === undefined) await ask();
else await answer(url);

async function ask(): Promise<void> {
  const server = await startRedis();
  const fleet = Array.from({ length: PROCESSES }, () =>
    fork(fileURLToPath(import.meta.url), [server.url]),
  );
  try {
    await Promise.all(fleet.map((each) => once(each, 'message')));
    console.log(machine());
    for (const end of Object.keys(ENDS)) {
      const answers = await Promise.all(fleet.map((each) => put(each, end)));
      const loads = answers.reduce((sum, each) => sum + each.loads, 0);
      const first = answers.flatMap(({ waits }) => waits.slice(0, CALLERS));
      const later = answers.flatMap(({ waits }) => waits.slice(CALLERS));
      const p99 = quantile(later, 0.99);
      console.log(
        `${end}: ${loads} loads for ${PROCESSES * CALLERS * ROUNDS} calls; a call takes ` +
          `${spread(later, 3)} loads, p99 ${p99.toFixed(3)}; the first calls ${spread(first, 3)}`,
      );
      expectFigure(`${end}: at most 1.1 loads of its own in 99 of 100 calls`, p99 <= 1.1);
    }
  } finally {
    for (const each of fleet) each.kill();
    await server.stop();
  }
}

async function put(child: ChildProcess, end: string): Promise<Answer> {
  const answered = once(child, 'message');
  child.send(end);
  // What `answer` below sends.
  return ((await answered) as [Answer])[0];
}

async function answer(redisUrl: string): Promise<void> {
  const cache = await openCache(redisUrl);
  process.on('message', (end: string) => void run(end));
  process.send?.('ready');

  async function run(end: string): Promise<void> {
    const waits: number[] = [];
    let loads = 0;
    const load = async (way: LoadContext): Promise<unknown> => {
      loads++;
      await sleep(LOAD_MS);
      return ENDS[end]?.(way);
    };
    const caller = async (): Promise<void> => {
      for (let round = 0; round < ROUNDS; round++) {
        const own = performance.now();
        await sleep(LOAD_MS);
        const since = performance.now();
        await cache.getOrSet(`k:${end}`, load, { ttl: 60 }).catch(() => undefined);
        waits.push((performance.now() - since) / (since - own));
      }
    };
    await Promise.all(Array.from({ length: CALLERS }, caller));
    process.send?.({ waits, loads });
  }
}
