/**
 * How long does a removal wait until every process has dropped its copies?
 *
 *   npm run bench:local-barrier
 *
 * Real processes over one Redis; each keeps copies. One of them removes keys, one after the other,
 * with and without the barrier.
 */
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { CacheEngine } from '@gad/cache';
import { createCache, silentLog } from '@gad/cache';
import { startRedis } from '../test/servers/redis-server.js';
import { expectFigure, machine, millisecondsOf, quantile } from './measure.js';

const REMOVALS = 2_000;
const TARGET_P99_MS = 10;

const [, , peerOf] = process.argv;
if (peerOf !== undefined) await keepCopies(peerOf);
else await compare();

/** A process that does nothing but keep copies and hear of removals. */
async function keepCopies(url: string): Promise<void> {
  await open(url, true);
  process.send?.('ready');
}

async function compare(): Promise<void> {
  const server = await startRedis();
  console.log(machine());
  try {
    for (const processes of [2, 4]) {
      const peers = await Promise.all(
        Array.from({ length: processes - 1 }, () => startPeer(server.url)),
      );
      for (const barrier of [false, true]) {
        const cache = await open(server.url, barrier);
        // Until then the registry of the processes is not relied on.
        await new Promise((resolve) => setTimeout(resolve, 1_100));
        const times: number[] = [];
        for (let at = 0; at < REMOVALS; at++) {
          times.push(await millisecondsOf(() => cache.delete(`stats:user:${at}:days:30`)));
        }
        const [p50, p99] = [quantile(times, 0.5), quantile(times, 0.99)];
        const what = `${processes} processes, ${barrier ? 'with the barrier' : 'without'}`;
        console.log(`${what.padEnd(30)} p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`);
        if (barrier) expectFigure(`${what}: p99 ≤ ${TARGET_P99_MS} ms`, p99 <= TARGET_P99_MS);
        await cache.close();
      }
      for (const peer of peers) peer.kill();
    }
  } finally {
    await server.stop();
  }
}

async function open(url: string, barrier: boolean): Promise<CacheEngine> {
  const options = { redis: { url }, deadlineMs: 5_000, local: { barrier } };
  const cache = createCache(options, silentLog);
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
