/**
 * What does the cache engine cost beside the plain client, and what does a removal cost? Starts its
 * own Redis, takes about two minutes:
 *
 *   node --import ./tools/typescript.mjs bench/cache-engine.ts [hits|removal|stampede]…
 *
 * Hits are measured in interleaved pairs and reported as medians of their ratios, because the
 * machine is never quiet; absolute figures are printed only to show the order of magnitude.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createClient } from 'redis';
import type { CacheEngine } from '@gad/cache';
import { createCache, silentLog } from '@gad/cache';
import { startRedis } from '../test/servers/redis-server.js';

const [role, url] = process.argv.slice(2);
if (role === 'reader') await readOnce(url ?? '');
else await main(process.argv.slice(2));

async function main(wanted: readonly string[]): Promise<void> {
  const server = await startRedis({ config: { 'lazyfree-lazy-eviction': 'yes' } });
  const questions = { hits, removal, stampede };
  try {
    for (const [name, answer] of Object.entries(questions)) {
      if (wanted.length === 0 || wanted.includes(name)) await answer(server.url);
    }
  } finally {
    await server.stop();
  }
}

async function openCache(serverUrl: string): Promise<CacheEngine> {
  const options = { redis: { url: serverUrl }, deadlineMs: 2_000, removalTimeoutMs: 10_000 };
  const cache = createCache(options, silentLog);
  await cache.store.open();
  return cache;
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

async function millisecondsOf(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
}

async function hits(serverUrl: string): Promise<void> {
  const cache = await openCache(serverUrl);
  // With the client's own timeout (its default) it is several times slower, which would flatter us.
  const client = createClient({ url: serverUrl, commandOptions: { timeout: 0 } });
  await client.connect();
  const value = { user_id: 2, total_tareas: 45, completadas: 30, filler: 'x'.repeat(350) };
  await cache.set('stats:user:2:days:30', value, { ttl: 3_600 });
  const key = 'stats:user:2:days:30';
  const variants: Record<string, () => Promise<unknown>> = {
    raw: async () => JSON.parse((await client.get(`gad:${key}`)) ?? 'null') as unknown,
    get: () => cache.get(key),
    getOrSet: () => cache.getOrSet(key, () => value),
    getOrSetEntry: () => cache.getOrSetEntry(key, () => value, { ttl: 3_600 }),
  };
  for (const [concurrency, calls] of [
    [1, 1_500],
    [50, 30_000],
  ] as const) {
    const times = new Map(Object.keys(variants).map((name) => [name, new Array<number>()]));
    for (let round = 0; round < 21; round++) {
      // Each round in another order, so that nobody always follows the same one.
      const order = Object.entries(variants);
      for (let turn = 0; turn < round % order.length; turn++) order.push(...order.splice(0, 1));
      for (const [name, call] of order) {
        let left = calls;
        const worker = async (): Promise<void> => {
          while (left-- > 0) await call();
        };
        const workers = (): Promise<unknown> =>
          Promise.all(Array.from({ length: concurrency }, worker));
        times.get(name)?.push(await millisecondsOf(workers));
      }
    }
    const raw = times.get('raw')?.slice(1) ?? [];
    for (const [name, all] of times) {
      const rounds = all.slice(1);
      const ratio = median(rounds.map((ms, round) => ms / (raw[round] ?? NaN)));
      const rate = Math.round((calls / median(rounds)) * 1_000);
      console.log(`hits c=${concurrency} ${name}: ${rate}/s, time ${ratio.toFixed(3)} × raw`);
    }
  }
  client.destroy();
  await cache.store.close();
}

async function removal(serverUrl: string): Promise<void> {
  const client = createClient({ url: serverUrl });
  await client.connect();
  for (const size of [10_000, 1_000_000]) {
    await client.flushAll();
    const users = Math.floor(size / 10);
    const memory = async (): Promise<number> => {
      const info = await client.info('memory');
      return Number(/used_memory:(\d+)/.exec(info)?.[1]);
    };
    for (let user = 0; user < users; user += 1_000) {
      const pairs = Array.from({ length: 10_000 }, (_, n) => [
        `gad:stats:user:${user + Math.floor(n / 10)}:d:${n % 10}`,
        '{"n":1}',
      ]);
      await client.mSet(pairs.flat());
    }
    const plain = await memory();
    const cache = await openCache(serverUrl);
    const rebuilt = await millisecondsOf(() => cache.store.list(undefined, undefined, 1));
    const indexed = await memory();
    const perKey = ((indexed - plain) / size).toFixed(0);
    console.log(`index of ${size}: built in ${rebuilt.toFixed(0)} ms, ${perKey} bytes a key`);

    const prefix: number[] = [];
    const inner: number[] = [];
    for (let round = 0; round < 300; round++) {
      const user = `stats:user:removed${round}`;
      for (const which of ['a', 'b']) {
        await Promise.all([1, 2, 3].map((n) => cache.set(`${user}${which}:d:${n}`, n)));
      }
      const count = (pattern: string) => async (): Promise<void> => {
        const removed = await cache.deletePattern(pattern);
        if (removed !== 3) throw new Error(`${pattern} removed ${removed}`);
      };
      prefix.push(await millisecondsOf(count(`${user}a:*`)));
      inner.push(await millisecondsOf(count(`${user}b:*:[1-3]`)));
    }
    console.log(
      `removal of 3 among ${size}: prefix p50 ${median(prefix).toFixed(3)} ms, inner glob p50 ${median(inner).toFixed(3)} ms`,
    );
    if (size === 1_000_000) await clearUnderWatch(serverUrl, cache);
    await cache.store.close();
  }
  client.destroy();
}

async function clearUnderWatch(serverUrl: string, cache: CacheEngine): Promise<void> {
  const client = createClient({ url: serverUrl });
  await client.connect();
  const pings: number[] = [];
  let clearing = true;
  const watch = (async (): Promise<void> => {
    while (clearing) pings.push(await millisecondsOf(() => client.ping()));
  })();
  let removed = 0;
  const took = await millisecondsOf(async () => {
    removed = await cache.clear();
  });
  clearing = false;
  await watch;
  const sorted = pings.sort((a, b) => a - b);
  const at = (share: number): string =>
    (sorted[Math.floor(share * sorted.length)] ?? NaN).toFixed(2);
  console.log(
    `clear: ${removed} keys in ${(took / 1_000).toFixed(1)} s, concurrent PING p50 ${at(0.5)} p99 ${at(0.99)} ms`,
  );
  client.destroy();
}

/** Four processes of 250 readers each want one cold key at the same moment. */
async function stampede(serverUrl: string): Promise<void> {
  const readers = Array.from({ length: 4 }, () =>
    fork(fileURLToPath(import.meta.url), ['reader', serverUrl]),
  );
  await Promise.all(readers.map((reader) => once(reader, 'message')));
  const loads: number[] = [];
  for (let round = 0; round < 50; round++) {
    const replies = readers.map(async (reader) => {
      reader.send(`cold:${round}`);
      const [loaded] = (await once(reader, 'message')) as [number];
      return loaded;
    });
    loads.push((await Promise.all(replies)).reduce((sum, count) => sum + count, 0));
  }
  for (const reader of readers) reader.disconnect();
  const once50 = loads.filter((count) => count === 1).length;
  console.log(`stampede 4 × 250, loader 100 ms: exactly one load in ${once50} of ${loads.length}`);
}

async function readOnce(serverUrl: string): Promise<void> {
  const cache = await openCache(serverUrl);
  process.on('message', (key) => {
    let loads = 0;
    const load = async (): Promise<number> => {
      loads++;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return 1;
    };
    const read = (): Promise<number> => cache.getOrSet(String(key), load, { ttl: 60 });
    void Promise.all(Array.from({ length: 250 }, read)).then(() => process.send?.(loads));
  });
  process.on('disconnect', () => void cache.store.close());
  process.send?.('ready');
}
