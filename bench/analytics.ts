/**
 * What do the figures cost a read, beside a cache with `analytics: false`?
 *
 *   npm run bench:analytics [-- --pairs 9 --rounds 31]
 *
 * Two processes, each with one cache over a store of the same kind, take short turns, each round in
 * another order: in one process the second cache would pay for the call sites that both share. The
 * ratio of a pair is the median of its rounds' ratios of processor time. Equal processes differ by up
 * to a tenth for as long as they live, by how their code was compiled and their heap lies, so that the
 * figure is the median of many pairs, printed beside that of as many pairs without figures.
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
    pairs: { type: 'string', default: '9' },
    rounds: { type: 'string', default: '31' },
    /** Of the processes that this one starts: which question, of which server, with figures or not. */
    question: { type: 'string' },
    url: { type: 'string', default: '' },
    prefix: { type: 'string', default: '' },
    figures: { type: 'boolean', default: false },
  },
});
const [PAIRS, ROUNDS] = [Number(values.pairs), Number(values.rounds)];
/** Turns before anything is measured: code is compiled in them. */
const WARM = 8;
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
    hit('hit from Redis', redis, 4_000, 1.03),
    hit('hit from the in-process store', { store: 'memory' }, 20_000, 1.03),
    {
      ...hit('hit from a local copy', { ...redis, local: {} }, 40_000, 1.05),
      read: (cache, key) => cache.getOrSet(key, never, { ttl: 300, local: 300 }),
    },
    {
      ...{ name: 'miss, Redis', options: redis, calls: 1_000, target: 1.05 },
      read: (cache, key, at) => cache.getOrSet(`${key}:${at}`, () => VALUE, { ttl: 5 }),
    },
  ];
}

function hit(name: string, options: object, calls: number, target: number): Question {
  return { name, options, calls, target, read: (cache, key) => cache.getOrSet(key, never) };
}

/** Asks pairs of processes each question in turn. */
async function ask(): Promise<void> {
  const server = await startRedis();
  try {
    console.log(machine());
    for (const [at, { name, target }] of questionsOf(server.url).entries()) {
      const question = ['--question', String(at), '--url', server.url];
      const [figures, equal]: [Pair[], Pair[]] = [[], []];
      for (let pair = 0; pair < PAIRS; pair++) {
        figures.push(await comparePair(question, [...question, '--figures']));
        equal.push(await comparePair(question, question));
      }
      const ratios = figures.map(({ ratio }) => ratio);
      const [ns, without] = [figures.map((pair) => pair.ns), figures.map((pair) => pair.without)];
      console.log(
        `${name}: ${spread(ns, 0)} ns of processor, without ${spread(without, 0)}; ${spread(ratios, 3)} ×; ` +
          `equal processes ${spread(
            equal.map(({ ratio }) => ratio),
            3,
          )} ×`,
      );
      expectFigure(`${name} ≤ ${target} ×`, quantile(ratios, 0.5) <= target);
    }
  } finally {
    await server.stop();
  }
}

/** Medians of the turns of two processes, in nanoseconds a read, and of their ratio. */
interface Pair {
  readonly ns: number;
  readonly without: number;
  readonly ratio: number;
}

async function comparePair(without: readonly string[], args: readonly string[]): Promise<Pair> {
  const processes = [
    start([...without, '--prefix', 'first:']),
    start([...args, '--prefix', 'second:']),
  ] as const;
  const turns: [number[], number[]] = [[], []];
  for (let round = -WARM; round < ROUNDS; round++) {
    for (const at of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      const ns = await processes[at].turn();
      if (round >= 0) turns[at].push(ns);
    }
  }
  for (const { end } of processes) end();
  const ratios = turns[1].map((ns, round) => ns / (turns[0][round] ?? NaN));
  const [ns, sums, ratio] = [turns[1], turns[0], ratios].map((each) => quantile(each, 0.5));
  return { ns: ns ?? NaN, without: sums ?? NaN, ratio: ratio ?? NaN };
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
  const cache = createCache({ ...options, analytics, prefix: values.prefix }, silentLog);
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
