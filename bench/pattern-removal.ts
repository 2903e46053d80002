/**
 * Does a pattern removal cost what it removes? Three keys among 10,000 and among 1,000,000, in
 * turns; and what the index that makes it so costs in memory.
 *
 *   npm run bench:pattern-removal
 */
import type { CacheEngine } from '@gad/cache/store';
import { createClient } from 'redis';
import type { RedisServer } from '../test/servers/redis-server.js';
import { startRedis } from '../test/servers/redis-server.js';
import { expectFigure, machine, millisecondsOf, openCache, quantile, spread } from './measure.js';

const SMALL = 10_000;
const LARGE = 1_000_000;
const ROUNDS = 400;
const BATCH = 10_000;
const INDEX = 'gad:\0index';

console.log(machine());
const servers = await Promise.all([startRedis(), startRedis()]);
try {
  const [small, large] = await Promise.all([fill(servers[0], SMALL), fill(servers[1], LARGE)]);
  const times = { small: [] as number[], large: [] as number[], inner: [] as number[] };
  for (let round = -50; round < ROUNDS; round++) {
    const user = `stats:user:x${round + 50}`;
    const few = await removeThree(small, user, `${user}:*`);
    const many = await removeThree(large, user, `${user}:*`);
    const glob = await removeThree(large, user, `${user}:days:[1-3]*`);
    if (round < 0) continue;
    times.small.push(few);
    times.large.push(many);
    times.inner.push(glob);
  }
  const [p50Small, p50Large] = [quantile(times.small, 0.5), quantile(times.large, 0.5)];
  console.log(`3 among ${SMALL}: ${spread(times.small, 3)} ms`);
  console.log(`3 among ${LARGE}: ${spread(times.large, 3)} ms`);
  console.log(`3 among ${LARGE}, by a glob behind the prefix: ${spread(times.inner, 3)} ms`);
  expectFigure('3 among a million: p50 ≤ 1 ms', p50Large <= 1);
  const ratio = (p50Large / p50Small).toFixed(2);
  expectFigure(`a million ≤ 1.5 × ten thousand (${ratio})`, p50Large <= 1.5 * p50Small);
  await Promise.all([small.store.close(), large.store.close()]);
} finally {
  await Promise.all(servers.map((server) => server.stop()));
}

/** Keys that others wrote, which the cache adopts: so the index can be weighed by itself. */
async function fill(server: RedisServer, size: number): Promise<CacheEngine> {
  const cache = await openCache(server.url);
  const client = createClient({ url: server.url });
  await client.connect();
  for (let first = 0; first < size; first += BATCH) {
    const pairs = Array.from({ length: BATCH }, (_, n) => {
      const user = Math.floor((first + n) / 5);
      return [`gad:stats:user:${user}:days:${n % 5}`, '{"total":45}'];
    });
    await client.mSet(pairs.flat());
  }
  await client.del(INDEX);
  // A listing sees to it that the index is rebuilt, unless another rebuild has just been upset.
  while ((await client.zRangeByLex(INDEX, '[\0s', '(\0t')).length === 0) {
    await cache.store.list(undefined, undefined, 1);
  }
  const weight = await client.sendCommand(['MEMORY', 'USAGE', INDEX, 'SAMPLES', '0']);
  const bytes = Number(weight) / size;
  console.log(`index of ${size} keys: ${bytes.toFixed(0)} bytes a key`);
  expectFigure(`bookkeeping ≤ 150 bytes a key at ${size}`, bytes <= 150);
  client.destroy();
  return cache;
}

async function removeThree(cache: CacheEngine, user: string, pattern: string): Promise<number> {
  await Promise.all([1, 2, 3].map((period) => cache.set(`${user}:days:${period}`, period)));
  return millisecondsOf(async () => {
    const removed = await cache.deletePattern(pattern);
    if (removed !== 3) throw new Error(`${pattern} removed ${removed}`);
  });
}
