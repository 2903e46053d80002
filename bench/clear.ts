/**
 * Does clearing a million keys stop the others? While one process clears, readers and writers go on
 * and a client of its own process measures PING.
 *
 *   npm run bench:clear
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createClient } from 'redis';
import { startRedis } from '../test/servers/redis-server.js';
import { expectFigure, machine, millisecondsOf, openCache, quantile } from './measure.js';

const SIZE = 1_000_000;
const BATCH = 10_000;
const LOOPS = 8;

const [role, url] = process.argv.slice(2);
if (role === 'ping') await ping(url ?? '');
else await main();

async function main(): Promise<void> {
  const server = await startRedis();
  try {
    const cache = await openCache(server.url);
    const other = await openCache(server.url);
    const client = createClient({ url: server.url });
    await client.connect();
    for (let first = 0; first < SIZE; first += BATCH) {
      const pairs = Array.from({ length: BATCH }, (_, n) => [`gad:k:${first + n}`, '{"total":45}']);
      await client.mSet(pairs.flat());
    }
    await client.del('gad:\0index');
    await cache.store.list(undefined, undefined, 1);

    const pinger = fork(fileURLToPath(import.meta.url), ['ping', server.url]);
    await once(pinger, 'message');
    let clearing = true;
    let reads = 0;
    // Under load: what is cleared is asked for, and loaded, again.
    const load = async (loop: number): Promise<void> => {
      for (let n = loop; clearing; n += LOOPS) {
        await other.getOrSet(`k:${(n * 7_919) % SIZE}`, () => n, { ttl: 60 });
        reads++;
      }
    };
    const loops = Array.from({ length: LOOPS }, (_, loop) => load(loop));
    const idle = await pings(pinger, 3_000);
    const answer = pings(pinger);
    let removed = 0;
    const ms = await millisecondsOf(async () => (removed = await cache.clear()));
    pinger.send('stop');
    const during = await answer;
    clearing = false;
    await Promise.all(loops);
    console.log(machine());
    console.log(
      `cleared ${removed} keys in ${(ms / 1_000).toFixed(1)} s, ${reads} reads meanwhile`,
    );
    console.log(`PING before: ${describe(idle)}`);
    console.log(`PING during: ${describe(during)}`);
    expectFigure('all keys that were there are gone', removed >= SIZE);
    expectFigure('concurrent PING p99 ≤ 10 ms', quantile(during, 0.99) <= 10);
    pinger.disconnect();
    client.destroy();
    await Promise.all([cache.store.close(), other.store.close()]);
  } finally {
    await server.stop();
  }
}

function describe(times: readonly number[]): string {
  const [p50, p99, max] = [0.5, 0.99, 1].map((share) => quantile(times, share).toFixed(2));
  return `${times.length} times, p50 ${p50}, p99 ${p99}, max ${max} ms`;
}

/** Measures until it is stopped, or for so long. */
async function pings(pinger: ReturnType<typeof fork>, forMs?: number): Promise<number[]> {
  pinger.send('start');
  if (forMs !== undefined) setTimeout(() => pinger.send('stop'), forMs);
  // Only `ping` below sends.
  const [times] = (await once(pinger, 'message')) as [number[]];
  return times;
}

/** In a process of its own, whose event loop has no other work. */
async function ping(serverUrl: string): Promise<void> {
  const client = createClient({ url: serverUrl });
  await client.connect();
  let running = false;
  const measure = async (): Promise<void> => {
    const times: number[] = [];
    while (running) times.push(await millisecondsOf(() => client.ping()));
    process.send?.(times);
  };
  process.on('message', (message) => {
    running = message === 'start';
    if (running) void measure();
  });
  process.on('disconnect', () => {
    client.destroy();
  });
  process.send?.('ready');
}
