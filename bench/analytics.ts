/**
 * What do the figures cost a read, beside a cache with `analytics: false`?
 *
 *   npm run bench:analytics [-- --rounds 31]
 *
 * Two caches over stores of the same kind take turns in one process, each round in another order;
 * the ratio is the median of the rounds' own ratios of processor time.
 */
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

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '31' } } });
const ROUNDS = Number(values.rounds);
const CONCURRENCY = 50;
const KEYS = Array.from({ length: 2_000 }, (_, at) => `stats:user:${at}:days:30`);
const VALUE = { total_tareas: 45, completadas: 30, filler: 'x'.repeat(350) };
const never = (): never => {
  throw new Error('not a hit');
};

const server = await startRedis();
try {
  const redis = { redis: { url: server.url }, deadlineMs: 5_000 };
  const memory = { store: 'memory' };
  const questions: readonly Question[] = [
    hit('hit from Redis', redis, 20_000, 1.03),
    hit('hit from the in-process store', memory, 100_000, 1.03),
    {
      ...hit('hit from a local copy', { ...redis, local: {} }, 200_000, 1.05),
      read: (cache, key) => cache.getOrSet(key, never, { ttl: 300, local: 300 }),
    },
    {
      ...{ name: 'miss, Redis', options: redis, calls: 4_000, target: 1.05 },
      read: (cache, key, at) => cache.getOrSet(`${key}:${at}`, () => VALUE, { ttl: 5 }),
    },
  ];
  console.log(machine());
  for (const question of questions) await answer(question);
} finally {
  await server.stop();
}

function hit(name: string, options: object, calls: number, target: number): Question {
  return { name, options, calls, target, read: (cache, key) => cache.getOrSet(key, never) };
}

async function answer({ name, target, calls, options, read }: Question): Promise<void> {
  const open = async (analytics: boolean): Promise<Cache> => {
    const prefix = analytics ? 'with:' : 'sums:';
    const cache = createCache({ ...options, analytics, prefix }, silentLog);
    await cache.open();
    while ((cache.store.coherence?.freshUntil ?? Infinity) < performance.now()) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    for (const key of KEYS)
      await cache.getOrSet(key, () => VALUE, { ttl: 3_600, ...localOf(options) });
    return cache;
  };
  const caches = { sums: await open(false), figures: await open(true) };
  let asked = 0;
  const turn = async (cache: Cache): Promise<number> => {
    let left = calls;
    const loop = async (): Promise<void> => {
      while (left-- > 0) await read(cache, KEYS[left % KEYS.length] ?? '', ++asked);
    };
    const before = process.cpuUsage();
    await Promise.all(Array.from({ length: CONCURRENCY }, loop));
    const { user, system } = process.cpuUsage(before);
    return ((user + system) / calls) * 1_000;
  };
  const [ratios, sums, figures]: [number[], number[], number[]] = [[], [], []];
  for (let round = -3; round < ROUNDS; round++) {
    const order = round % 2 === 0 ? (['sums', 'figures'] as const) : (['figures', 'sums'] as const);
    const ns = { sums: 0, figures: 0 };
    for (const way of order) ns[way] = await turn(caches[way]);
    if (round < 0) continue;
    sums.push(ns.sums);
    figures.push(ns.figures);
    ratios.push(ns.figures / ns.sums);
  }
  console.log(
    `${name}: ${spread(figures, 0)} ns of processor, without ${spread(sums, 0)}; ${spread(ratios, 3)} ×; least ${Math.min(...figures).toFixed(0)} and ${Math.min(...sums).toFixed(0)}`,
  );
  expectFigure(`${name} ≤ ${target} ×`, quantile(ratios, 0.5) <= target);
  await Promise.all([caches.sums.close(), caches.figures.close()]);
}

function localOf(options: object): object {
  return 'local' in options ? { local: 300 } : {};
}
