/**
 * What do the figures cost a read, beside a cache with `analytics: false`?
 *
 *   npm run bench:analytics [-- --rounds 31]
 *
 * Two processes, each with one cache over a store of the same kind, take turns, each round in another
 * order: in one process the second cache would pay for the call sites that both share. The ratio is
 * the median of the rounds' own ratios of processor time.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createCache } from '@gad/cache';
import type { Cache } from '@gad/cache/engine';
import { silentLog } from '@gad/cache/store';
import { startRedis } from '../test/servers/redis-server.js';
import { expectFigure, machine, quantile, spread } from './measure.js';

/** One way to read, of many keys. */
interface Question {
  readonly name: string;
  readonly target: number;
  readonly calls: number;
  readonly options: object;
  readonly read: (cache: Cache, key: string, at: number) => Promise<unknown>;
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '31' },
    /** Of the processes that this one starts: which question, of which server, with figures or not. */
    question: { type: 'string' },
    url: { type: 'string', default: '' },
    figures: { type: 'boolean', default: false },
  },
});
const ROUNDS = Number(values.rounds);
const CONCURRENCY = 50;
const KEYS = Array.from({ length: 2_000 }, (_, at) => `stats:user:${at}:days:30`);
const VALUE = { total_tareas: 45, completadas: 30, filler: 'x'.repeat(350) };
const never = (): never => {
  throw new Error('not a hit');
};

if (values.question === undefined) await ask();
else await serve(questionsOf(values.url)[Number(values.question)], values.figures);

function questionsOf(url: string): readonly Question[] {
  const redis = { redis: { url }, deadlineMs: 5_000 };
  return [
    hit('hit from Redis', redis, 20_000, 1.03),
    hit('hit from the in-process store', { store: 'memory' }, 100_000, 1.03),
    {
      ...hit('hit from a local copy', { ...redis, local: {} }, 200_000, 1.05),
      read: (cache, key) => cache.getOrSet(key, never, { ttl: 300, local: 300 }),
    },
    {
      ...{ name: 'miss, Redis', options: redis, calls: 4_000, target: 1.05 },
      read: (cache, key, at) => cache.getOrSet(`${key}:${at}`, () => VALUE, { ttl: 5 }),
    },
  ];
}

function hit(name: string, options: object, calls: number, target: number): Question {
  return { name, options, calls, target, read: (cache, key) => cache.getOrSet(key, never) };
}

/** Asks both processes of each question in turn. */
async function ask(): Promise<void> {
  const server = await startRedis();
  try {
    console.log(machine());
    for (const [at, { name, target }] of questionsOf(server.url).entries()) {
      const question = ['--question', String(at), '--url', server.url];
      const processes = { sums: start(question), figures: start([...question, '--figures']) };
      const [ratios, sums, figures]: [number[], number[], number[]] = [[], [], []];
      for (let round = -3; round < ROUNDS; round++) {
        const order = (['sums', 'figures'] as const).toSorted(() => (round % 2 === 0 ? 1 : -1));
        const ns = { sums: 0, figures: 0 };
        for (const way of order) ns[way] = await processes[way].turn();
        if (round < 0) continue;
        sums.push(ns.sums);
        figures.push(ns.figures);
        ratios.push(ns.figures / ns.sums);
      }
      console.log(
        `${name}: ${spread(figures, 0)} ns of processor, without ${spread(sums, 0)}; ${spread(ratios, 3)} ×`,
      );
      expectFigure(`${name} ≤ ${target} ×`, quantile(ratios, 0.5) <= target);
      for (const { end } of Object.values(processes)) end();
    }
  } finally {
    await server.stop();
  }
}

function start(args: readonly string[]): { turn: () => Promise<number>; end: () => void } {
  const child = fork(fileURLToPath(import.meta.url), args, {
    execArgv: ['--import', './tools/typescript.mjs'],
  });
  const ended = once(child, 'exit').then(() => {
    throw new Error(`the process of ${args.join(' ')} has ended`);
  });
  const turn = async (): Promise<number> => {
    child.send('turn');
    // The child below sends a number.
    const [ns] = (await Promise.race([once(child, 'message'), ended])) as [number];
    return ns;
  };
  return { turn, end: () => child.disconnect() };
}

/** Answers each message with the nanoseconds of processor time that a read took. */
async function serve(question: Question | undefined, analytics: boolean): Promise<void> {
  if (question === undefined) throw new Error('There is no such question.');
  const { options, calls, read } = question;
  const prefix = analytics ? 'with:' : 'sums:';
  const cache = createCache({ ...options, analytics, prefix }, silentLog);
  const ready = open(cache, options);
  let asked = 0;
  const turn = async (): Promise<number> => {
    await ready;
    let left = calls;
    const loop = async (): Promise<void> => {
      while (left-- > 0) await read(cache, KEYS[left % KEYS.length] ?? '', ++asked);
    };
    const before = process.cpuUsage();
    await Promise.all(Array.from({ length: CONCURRENCY }, loop));
    const { user, system } = process.cpuUsage(before);
    return ((user + system) / calls) * 1_000;
  };
  process.on('message', () => void turn().then((ns) => process.send?.(ns)));
  await once(process, 'disconnect');
  await cache.close();
}

async function open(cache: Cache, options: object): Promise<void> {
  await cache.open();
  while ((cache.store.coherence?.freshUntil ?? Infinity) < performance.now()) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const local = 'local' in options ? { local: 300 } : {};
  for (const key of KEYS) await cache.getOrSet(key, () => VALUE, { ttl: 3_600, ...local });
}
