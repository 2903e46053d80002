/**
 * What does a scrape of the metrics cost, however many keys there are?
 *
 *   npm run bench:scrape [-- --keys 1000000 --scrapes 15]
 *
 * The API as a process over a Redis of this machine, which then gets so many keys and their index, and
 * 64 namespaces of figures. Scrapes are more than a second apart, so that each asks the store. Calls are
 * the server's own count (`INFO commandstats`) of what only a scrape sends, beside `INFO`, which it sends
 * once.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createClient } from 'redis';
import { startApiProcess } from '../apps/api/test/support/api-process.js';
import { fillKeys } from '../test/servers/fill-keys.js';
import { startPostgres } from '../test/servers/postgres-server.js';
import { startRedis } from '../test/servers/redis-server.js';
import { expectFigure, machine, millisecondsOf, quantile, spread } from './measure.js';

const text = (fallback: string) => ({ type: 'string', default: fallback }) as const;
const { values } = parseArgs({ options: { keys: text('1000000'), scrapes: text('15') } });
const [keys, scrapes] = [Number(values.keys), Number(values.scrapes)];
const OF_A_SCRAPE = ['zcard', 'zcount', 'dbsize', 'scan', 'get', 'mget', 'hget', 'zrange'];

const postgres = await startPostgres();
const redis = await startRedis();
const variables = { DATABASE_URL: await postgres.createDatabase('scrape'), REDIS_URL: redis.url };
const api = await startApiProcess(variables);
try {
  const client = await createClient({ url: redis.url }).connect();
  await fillKeys(client, keys, (n) => `bench:${n}`);
  const scrape = async (): Promise<string> => (await fetch(`${api.url}/metrics`)).text();
  const calls = async (): Promise<number> => {
    const info = await client.info('commandstats');
    const of = (name: string): number =>
      Number(new RegExp(`^cmdstat_${name}:calls=(\\d+)`, 'm').exec(info)?.[1] ?? 0);
    return OF_A_SCRAPE.reduce((sum, name) => sum + of(name), 0);
  };
  const [times, made]: [number[], number[]] = [[], []];
  for (let n = 0; n < scrapes; n++) {
    await sleep(1_100);
    const before = await calls();
    times.push(await millisecondsOf(scrape));
    made.push((await calls()) - before);
  }
  const keysTotal = /^cache_keys_total\{.*\} (\d+)$/m.exec(await scrape())?.[1];
  const most = Math.max(...made) + 1;
  console.log(machine());
  console.log(
    `${keys} keys (cache_keys_total ${keysTotal}): ${spread(times, 1)} ms, ${most} calls`,
  );
  expectFigure('a scrape takes ≤ 50 ms', quantile(times, 0.5) <= 50);
  expectFigure('a scrape makes ≤ 3 calls', most <= 3);
  client.destroy();
} finally {
  await api.dispose();
  await redis.stop();
  await postgres.stop();
}
