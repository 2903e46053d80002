/**
 * What does it cost Redis that a removal is announced to processes with copies in their memory?
 *
 *   npm run bench:local-removal
 *
 * The server's own account of `EVALSHA`, per call, in turns.
 */
import { createClient } from 'redis';
import type { CacheEngine } from '@gad/cache/store';
import { createCache } from '@gad/cache';
import { silentLog } from '@gad/cache/store';
import { startRedis } from '../test/servers/redis-server.js';
import { expectFigure, machine, quantile, spread } from './measure.js';

const ROUNDS = 15;
const REMOVALS = 5_000;
const TARGET_US = 5;

const server = await startRedis();
const control = createClient({ url: server.url });
await control.connect();
const open = async (local?: { barrier: boolean }): Promise<CacheEngine> => {
  const options = {
    prefix: 'gad:',
    redis: { url: server.url },
    deadlineMs: 5_000,
    removalTimeoutMs: 60_000,
    local,
  };
  const cache = createCache(options, silentLog);
  await cache.open();
  return cache;
};

try {
  const plain = await open();
  const costs = new Map<string, number[]>();
  for (let round = 0; round < ROUNDS; round++) {
    await measure('no process keeps copies', plain);
    const copying = await Promise.all([open({ barrier: false }), open({ barrier: false })]);
    while (copying.some(({ store }) => (store.coherence?.freshUntil ?? 0) < performance.now())) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await measure('two processes keep copies', plain);
    await Promise.all(copying.map((cache) => cache.close()));
    // As long as no process has made the sequence, nothing is published.
    await control.del('gad:\0removals');
  }
  console.log(machine());
  for (const [name, values] of costs) console.log(`${name.padEnd(28)} ${spread(values, 2)} µs`);
  const [without = [], published = []] = [...costs.values()];
  const added = published.map((cost, round) => cost - (without[round] ?? 0));
  console.log(`${'added by the announcement'.padEnd(28)} ${spread(added, 2)} µs`);
  expectFigure(`an announcement takes ≤ ${TARGET_US} µs`, quantile(added, 0.5) <= TARGET_US);
  await plain.close();

  async function measure(name: string, cache: CacheEngine): Promise<void> {
    const keys = Array.from({ length: REMOVALS }, (_, at) => `stats:user:${at}:days:30`);
    await Promise.all(keys.map((key) => cache.set(key, 30)));
    await control.sendCommand(['CONFIG', 'RESETSTAT']);
    await Promise.all(keys.map((key) => cache.delete(key)));
    const text = await control.info('commandstats');
    const us = Number(/cmdstat_evalsha:.*?usec_per_call=([\d.]+)/.exec(text)?.[1]);
    costs.set(name, [...(costs.get(name) ?? []), us]);
  }
} finally {
  control.destroy();
  await server.stop();
}
