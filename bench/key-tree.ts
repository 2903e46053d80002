/**
 * What does one level of the tree of keys cost Redis?
 *
 *   npm run bench:key-tree -- [--keys 1000000]
 *
 * The time is Redis's own, from `INFO commandstats`.
 */
import { parseArgs } from 'node:util';
import { createCache } from '@gad/cache';
import { silentLog } from '@gad/cache/store';
import { createClient } from 'redis';
import { fillKeys } from '../test/servers/fill-keys.js';
import { startRedis } from '../test/servers/redis-server.js';
import { expectFigure, machine, quantile } from './measure.js';

const { values } = parseArgs({ options: { keys: { type: 'string', default: '1000000' } } });
const KEYS = Number(values.keys);
const BRANCHES = 50;
const TURNS = 31;
const TARGET_MS = 5;

const redis = await startRedis();
const client = await createClient({ url: redis.url }).connect();
const options = { prefix: 'gad:', redis: { url: redis.url }, removalTimeoutMs: 60_000 };
const cache = createCache(options, silentLog);
try {
  console.log(machine());
  await cache.open();
  // Opens the index as complete.
  await cache.keyTree();
  await fillKeys(client, KEYS, (n) => `level-${n % BRANCHES}:user:${n}:days:30`);
  const usec = async (): Promise<number> => {
    const info = await client.info('commandstats');
    return Number(/cmdstat_evalsha:calls=\d+,usec=(\d+)/.exec(info)?.[1] ?? 0);
  };
  const times: number[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    const before = await usec();
    const { items } = await cache.keyTree({ limit: BRANCHES });
    if (items.length !== BRANCHES) throw new Error(`${items.length} branches`);
    times.push(((await usec()) - before) / 1_000);
  }
  const [median, most] = [quantile(times, 0.5), quantile(times, 1)];
  console.log(
    `${KEYS} keys, ${BRANCHES} branches: ${median.toFixed(2)} ms of Redis, at most ${most.toFixed(2)}`,
  );
  expectFigure(`at most ${TARGET_MS} ms`, median <= TARGET_MS);
} finally {
  await cache.close();
  await client.close();
  await redis.stop();
}
