/**
 * What does a hit in process memory cost, beside the memory caches of others and beside the bare
 * list of an LRU?
 *
 *   npm run bench:local
 *
 * Turns in one process, each round in another order. Installs the rivals' package when it is not.
 */
import { LRUCache } from 'lru-cache';
import { installRivals, rivalVersions } from '../verify/other-caches/install.js';
import { createCache } from '@gad/cache';
import { silentLog } from '@gad/cache/store';
import { startRedis } from '../test/servers/redis-server.js';
import { expectFigure, machine, millisecondsOf, quantile, spread } from './measure.js';
import { packageVersion, redisVersions } from './versions.js';

type Read = (key: string, load: () => Promise<unknown>) => Promise<unknown>;

interface Rival {
  readonly name: string;
  readonly packages: readonly string[];
  readonly settings: string;
  readonly open: () => Read;
}

const ROUNDS = 21;
const CALLS = 100_000;
const KEYS = Array.from({ length: 1_000 }, (_, at) => `stats:user:${at}:days:30`);
const OPTIONS = { ttl: 300, local: 300 };

const valueOf = (key: string): unknown => ({ key, total_tareas: 45, filler: 'x'.repeat(350) });

installRivals();
// Not known to the compiler, because the packages behind it need not be installed.
const { rivals } = (await import(
  new URL('../verify/other-caches/local-hits.mjs', import.meta.url).href
)) as { rivals: readonly Rival[] };

const server = await startRedis();
try {
  const cache = createCache(
    { prefix: 'gad:', redis: { url: server.url }, local: {}, logLevel: 'off' },
    silentLog,
  );
  await cache.open();
  while ((cache.store.coherence?.freshUntil ?? 0) < performance.now()) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const protection = (name: string, once: () => unknown): void => {
    const us = Array.from({ length: ROUNDS }, () => {
      const begin = performance.now();
      for (let at = 0; at < CALLS; at++) once();
      return ((performance.now() - begin) / CALLS) * 1_000;
    });
    console.log(`${name.padEnd(22)} ${spread(us, 2)} µs a hit`);
  };
  const ways = new Map<string, Read>([
    ['gad, local', (key, load) => cache.getOrSet(key, load, OPTIONS)],
    ...rivals.map(({ name, open }): [string, Read] => [name, open()]),
  ]);
  for (const read of ways.values()) {
    for (const key of KEYS) await read(key, () => Promise.resolve(valueOf(key)));
  }
  const list = new LRUCache<string, object>({ max: 10_000 });
  for (const key of KEYS) list.set(key, { key });
  const bare = (): void => {
    for (let at = 0; at < CALLS; at++) list.get(KEYS[at % KEYS.length] ?? '');
  };

  const times = new Map<string, number[]>([...ways.keys(), 'bare'].map((name) => [name, []]));
  const never = (): never => {
    throw new Error('not a hit');
  };
  for (let round = -2; round < ROUNDS; round++) {
    const order = [...ways];
    for (let turn = 0; turn < order.length; turn++) {
      const [name, read] = order[(turn + round + 2) % order.length] ?? ['', never];
      const ms = await millisecondsOf(async () => {
        for (let at = 0; at < CALLS; at++) await read(KEYS[at % KEYS.length] ?? '', never);
      });
      if (round >= 0) times.get(name)?.push(ms);
      // Invalidation messages arrive, and probes are answered, between two turns of the event loop only.
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    const ms = await millisecondsOf(() => Promise.resolve(bare()));
    if (round >= 0) times.get('bare')?.push(ms);
  }
  console.log(`${machine()}, ${await redisVersions(server.url)}`);
  console.log(`${ROUNDS} rounds of ${CALLS} hits each, ${KEYS.length} keys, one at a time`);
  const ours = times.get('gad, local') ?? [];
  for (const [name, rounds] of times) {
    const ratio = rounds.map((ms, round) => (ours[round] ?? NaN) / ms);
    const rates = rounds.map((ms) => (CALLS / ms) * 1_000);
    const rate = spread(rates, 0).padEnd(32);
    console.log(`${name.padEnd(22)} ${rate} a second, ours takes ${spread(ratio, 2)} × as long`);
    if (name !== 'bare' && name !== 'gad, local') {
      expectFigure(`a local hit is no slower than ${name}`, quantile(ratio, 0.5) <= 1);
    }
  }
  // What protecting the value in other ways would add to every hit.
  const value = valueOf(KEYS[0] ?? '');
  const text = JSON.stringify(value);
  protection('JSON.parse of the text', () => JSON.parse(text) as unknown);
  protection('structuredClone', () => structuredClone(value));
  console.log('Settings:');
  console.log(`  gad, local: getOrSet with ${JSON.stringify(OPTIONS)}, local: {} (its defaults)`);
  console.log(`  bare: lru-cache ${packageVersion('lru-cache')}, max: 10000`);
  for (const { name, packages, settings } of rivals) {
    console.log(`  ${name}: ${rivalVersions(packages)}; ${settings}`);
  }
  await cache.close();
} finally {
  await server.stop();
}
