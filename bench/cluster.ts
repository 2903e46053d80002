/**
 * What does a Cluster cost beside one server? A hit, a fill, and the removal of 3 keys among 100,000 and
 * among 1,000,000 by a pattern that a place covers and by one that spans all shards; on three masters
 * with 60 shards and on one Redis, in turns.
 *
 *   npm run bench:cluster -- [--rounds 7] [--calls 400] [--spanning 40] [--sizes 100000,1000000]
 *
 * Milliseconds of wall time a call, medians of the rounds and in brackets the middle half; processor
 * time of this process and of all servers a call (`getrusage`, `INFO cpu`). Ends with 1 when a target is
 * missed.
 */
import { parseArgs } from 'node:util';
import { createCache } from '@gad/cache';
import type { CacheEngine } from '@gad/cache/store';
import { ShardedStore, silentLog } from '@gad/cache/store';
import { createClient } from 'redis';
import { startCluster } from '../test/servers/redis-cluster.js';
import { startRedis } from '../test/servers/redis-server.js';
import { expectFigure, machine, quantile, spread } from './measure.js';
import { serversMs } from './servers-time.js';
import { redisVersions } from './versions.js';

const text = (fallback: string) => ({ type: 'string', default: fallback }) as const;
const { values } = parseArgs({
  options: {
    ...{ rounds: text('7'), calls: text('400'), spanning: text('40') },
    sizes: text('100000,1000000'),
  },
});
const [rounds, calls, spanning] = [values.rounds, values.calls, values.spanning].map(Number) as [
  number,
  number,
  number,
];
const OPTIONS = { deadlineMs: 5_000, removalTimeoutMs: 60_000 };
const PLACES = ['stats:user:*'];
const FILL_BATCH = 1_000;

/** One side of the comparison. */
interface Side {
  readonly cache: CacheEngine;
  /** Processor time of its servers so far, in milliseconds. */
  serversMs(): Promise<number>;
  stop(): Promise<void>;
}

/** What a call costs, in milliseconds. */
interface Cost {
  readonly wall: number;
  readonly client: number;
  readonly servers: number;
}

/** A kind of call, and what it may cost beside one server. */
interface Work {
  readonly name: string;
  readonly calls: number;
  readonly wallAtMost?: number;
  readonly serversAtMost?: number;
  /** Prepares what `call` does; not measured. */
  prepare?(cache: CacheEngine, n: number): Promise<unknown>;
  call(cache: CacheEngine, n: number): Promise<unknown>;
}

const threeOf = (cache: CacheEngine, user: string): Promise<unknown> =>
  Promise.all([1, 2, 3].map((period) => cache.set(`${user}:days:${period}`, period)));

async function removeThree(cache: CacheEngine, pattern: string): Promise<void> {
  const removed = await cache.deletePattern(pattern);
  if (removed !== 3) throw new Error(`${pattern} removed ${removed}`);
}

const WORKS: readonly Work[] = [
  {
    ...{ name: 'hit', calls, wallAtMost: 1.15 },
    call: (cache, n) => cache.get(`stats:user:${n}:days:1`),
  },
  {
    ...{ name: 'fill', calls, wallAtMost: 1.3 },
    prepare: (cache, n) => cache.delete(`stats:user:y${n}:days:1`),
    call: (cache, n) => cache.getOrSet(`stats:user:y${n}:days:1`, () => n),
  },
  {
    ...{ name: 'placed pattern', calls, wallAtMost: 1.3, serversAtMost: 1.5 },
    prepare: (cache, n) => threeOf(cache, `stats:user:x${n}`),
    call: (cache, n) => removeThree(cache, `stats:user:x${n}:*`),
  },
  {
    ...{ name: 'spanning pattern', calls: spanning, serversAtMost: 15 },
    prepare: (cache, n) => threeOf(cache, `view:x${n}`),
    call: (cache, n) => removeThree(cache, `view:x${n}:*`),
  },
];

for (const size of values.sizes.split(',').map(Number)) await compare(size);

async function compare(size: number): Promise<void> {
  const sides = [await oneServer(), await onCluster()];
  try {
    console.log(`\n${machine()}, ${size} keys, ${rounds} rounds of ${calls} calls`);
    for (const { cache } of sides) await fill(cache, size);
    for (const work of WORKS) {
      const costs = sides.map((): Cost[] => []);
      for (let round = -1; round < rounds; round++) {
        for (const [at, side] of sides.entries()) {
          const cost = await costOf(work, side);
          if (round >= 0) costs[at]?.push(cost);
        }
      }
      report(work, costs[0] ?? [], costs[1] ?? []);
    }
  } finally {
    for (const side of sides) await side.stop();
  }
}

function report({ name, wallAtMost, serversAtMost }: Work, one: Cost[], cluster: Cost[]): void {
  const of = (costs: Cost[], what: keyof Cost): number[] => costs.map((cost) => cost[what]);
  const ratio = (what: keyof Cost): number =>
    quantile(of(cluster, what), 0.5) / quantile(of(one, what), 0.5);
  console.log(`  ${name}: one server | Cluster | times, ms a call`);
  for (const what of ['wall', 'client', 'servers'] as const) {
    const cells = [one, cluster].map((costs) => spread(of(costs, what), 3));
    console.log(`    ${what.padEnd(8)}${cells.join(' | ')} | ${ratio(what).toFixed(2)}`);
  }
  if (wallAtMost !== undefined) {
    expectFigure(`${name}: ≤ ${wallAtMost} × wall`, ratio('wall') <= wallAtMost);
  }
  if (serversAtMost !== undefined) {
    expectFigure(`${name}: ≤ ${serversAtMost} × servers`, ratio('servers') <= serversAtMost);
  }
}

async function costOf(work: Work, { cache, ...side }: Side): Promise<Cost> {
  const all = Array.from({ length: work.calls }, (_, n) => n);
  for (const n of all) await work.prepare?.(cache, n);
  const [servers, cpu, begin] = [await side.serversMs(), process.cpuUsage(), performance.now()];
  for (const n of all) await work.call(cache, n);
  const wall = performance.now() - begin;
  const { user, system } = process.cpuUsage(cpu);
  const spent = (await side.serversMs()) - servers;
  const each = (ms: number): number => ms / work.calls;
  return { wall: each(wall), client: each((user + system) / 1_000), servers: each(spent) };
}

async function fill(cache: CacheEngine, size: number): Promise<void> {
  for (let first = 0; first < size; first += FILL_BATCH) {
    const some = Array.from({ length: Math.min(FILL_BATCH, size - first) }, (_, n) => first + n);
    await Promise.all(some.map((n) => cache.set(`stats:user:${n >> 2}:days:${n & 3}`, { n })));
  }
}

async function oneServer(): Promise<Side> {
  const redis = await startRedis();
  console.log(await redisVersions(redis.url));
  const cache = createCache({ ...OPTIONS, prefix: 'one:', redis: { url: redis.url } }, silentLog);
  await cache.store.open();
  return sideOf(cache, [redis.url], () => redis.stop());
}

async function onCluster(): Promise<Side> {
  const cluster = await startCluster({ replicas: 0 });
  const redis = { cluster: { nodes: cluster.addresses } };
  const cache = createCache({ ...OPTIONS, prefix: 'cluster:', redis, places: PLACES }, silentLog);
  await cache.store.open();
  const { store } = cache;
  if (!(store instanceof ShardedStore)) throw new Error('The cache is on no Cluster.');
  while (store.shardsConnected < store.shards.all.length) await new Promise(setImmediate);
  const urls = cluster.nodes.map(({ server }) => server.url);
  return sideOf(cache, urls, () => cluster.stop());
}

async function sideOf(
  cache: CacheEngine,
  urls: readonly string[],
  stopServers: () => Promise<void>,
): Promise<Side> {
  const clients = urls.map((url) => createClient({ url }));
  await Promise.all(clients.map((client) => client.connect()));
  return {
    cache,
    serversMs: () => serversMs(clients),
    stop: async () => {
      for (const client of clients) client.destroy();
      await cache.store.close();
      await stopServers();
    },
  };
}
