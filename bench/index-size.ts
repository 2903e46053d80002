/**
 * Does the key index stay in proportion to the keys? Values of random lifetimes are written for a
 * while; one second after the last, the index is counted against what still lives.
 *
 *   npm run bench:index-size
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';
import { startRedis } from '../test/servers/redis-server.js';
import { expectFigure, machine, openCache } from './measure.js';

const WRITTEN = 300_000;
const LOOPS = 100;
const SHARES = [
  { name: 'half live on, half die within 5 s', ttl: (n: number) => (n % 2 ? 600 : 1 + (n % 5)) },
  { name: 'nearly all die within 3 s', ttl: (n: number) => (n % 20 ? 1 + (n % 3) : 600) },
];

console.log(machine());
for (const { name, ttl } of SHARES) {
  const server = await startRedis();
  try {
    const cache = await openCache(server.url);
    const client = createClient({ url: server.url });
    await client.connect();
    let next = 0;
    const write = async (): Promise<void> => {
      for (let n = next++; n < WRITTEN; n = next++) await cache.set(`k:${n}`, n, { ttl: ttl(n) });
    };
    await Promise.all(Array.from({ length: LOOPS }, write));
    const atTheEnd = await client.zCard('gad:\0index');
    // The last of the short-lived die, and then it is quiet for a second.
    await sleep(5_000);
    await sleep(1_000);
    const index = await client.zCard('gad:\0index');
    const live = (await client.dbSize()) - 1;
    console.log(`${name}: ${WRITTEN} written, index ${atTheEnd} at the end of writing`);
    console.log(`  one second after quiet: ${live} live, index ${index}`);
    expectFigure('index ≤ 1.5 × live + 10,000', index <= 1.5 * live + 10_000);
    client.destroy();
    await cache.store.close();
  } finally {
    await server.stop();
  }
}
