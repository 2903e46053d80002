/**
 * How long does a removal wait until every process has dropped its copies?
 *
 *   npm run bench:local-barrier
 *
 * Real processes over one Redis; each keeps copies. One of them removes values, one after the other,
 * in turns with and without the barrier.
 */
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { CacheEngine } from '@gad/cache/store';
import { createCache } from '@gad/cache';
import { silentLog } from '@gad/cache/store';
import { startRedis } from '../test/servers/redis-server.js';
import { expectFigure, machine, millisecondsOf, quantile, spread } from './measure.js';
import { redisVersions } from './versions.js';

const ROUNDS = 9;
const REMOVALS = 400;
const TARGET_P99_MS = 10;
const BOUND_MS = 500;
/** The two ways in which the keys of one cache are removed. */
const WAYS = ['without', 'barrier'] as const;
type Way = (typeof WAYS)[number];
const OPTIONS = { deadlineMs: 5_000, local: { barrier: ['barrier:'], staleBoundMs: BOUND_MS } };

const [, , peerOf] = process.argv;
if (peerOf !== undefined) await keepCopies(peerOf);
else await compare();

/** A process that does nothing but keep copies and receive removals. */
async function keepCopies(url: string): Promise<void> {
  await open(url);
  process.send?.('ready');
}

async function compare(): Promise<void> {
  const server = await startRedis();
  console.log(`${machine()}, ${await redisVersions(server.url)}`);
  const settings = JSON.stringify(OPTIONS);
  console.log(`${ROUNDS} rounds of ${REMOVALS} removals each, one at a time, ${settings}`);
  try {
    for (const processes of [2, 4]) {
      const peers = await Promise.all(
        Array.from({ length: processes - 1 }, () => startPeer(server.url)),
      );
      const cache = await open(server.url);
      // Until then the registry of the processes is not relied on.
      await new Promise((resolve) => setTimeout(resolve, 2 * BOUND_MS + 100));
      const rounds = await takeTurns(cache);
      const figure = (way: Way, share: number): number[] =>
        rounds[way].map((times) => quantile(times, share));
      for (const way of WAYS) {
        const [p50, p99] = [spread(figure(way, 0.5), 2), spread(figure(way, 0.99), 2)];
        console.log(`${processes} processes, ${way.padEnd(7)}  p50 ${p50} ms, p99 ${p99} ms`);
      }
      const what = `${processes} processes, with the barrier: p99 ≤ ${TARGET_P99_MS} ms`;
      expectFigure(what, quantile(figure('barrier', 0.99), 0.5) <= TARGET_P99_MS);
      await cache.close();
      for (const peer of peers) peer.kill();
    }
  } finally {
    await server.stop();
  }
}

/** What each removal took in each round, without the first round, in which code is compiled. */
async function takeTurns(cache: CacheEngine): Promise<Record<Way, number[][]>> {
  const rounds: Record<Way, number[][]> = { without: [], barrier: [] };
  for (let round = -1; round < ROUNDS; round++) {
    for (const way of round % 2 === 0 ? WAYS : [...WAYS].reverse()) {
      const keys = Array.from({ length: REMOVALS }, (_, at) => `${way}:user:${at}:days:30`);
      await Promise.all(keys.map((key) => cache.set(key, 30)));
      const times: number[] = [];
      for (const key of keys) times.push(await millisecondsOf(() => cache.delete(key)));
      if (round >= 0) rounds[way].push(times);
    }
  }
  return rounds;
}

async function open(url: string): Promise<CacheEngine> {
  const cache = createCache({ prefix: 'gad:', redis: { url }, ...OPTIONS }, silentLog);
  await cache.open();
  while ((cache.store.coherence?.freshUntil ?? 0) < performance.now()) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return cache;
}

async function startPeer(url: string): Promise<ChildProcess> {
  const tools = new URL('../tools/typescript.mjs', import.meta.url).href;
  const peer = fork(fileURLToPath(import.meta.url), [url], { execArgv: ['--import', tools] });
  await once(peer, 'message');
  return peer;
}
