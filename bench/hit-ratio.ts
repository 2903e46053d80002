/**
 * Does bookkeeping cost hits? One Zipf-like trace is replayed, at the same pace, on two Redis
 * servers of one size under `allkeys-lru`: by this cache, and by plain `GET` and `SET` of the same
 * values. Each is compared with a true LRU that holds as many values, because the index of the
 * cache takes some of its server's memory, and Redis itself only samples.
 *
 *   npm run bench:hit-ratio
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { createClient } from 'redis';
import { startRedis } from '../test/servers/redis-server.js';
import { expectFigure, machine, openCache } from './measure.js';

const KEYS = 30_000;
const EXPONENT = 0.9;
const MAX_MEMORY = '12mb';
/** Redis counts idle time in whole seconds, so the trace must take many of them. */
const SECONDS = 60;
const PER_TURN = 25;
const TURN_MS = 10;
/** The caches are filled first. */
const COUNTED_FROM = 0.25;
/** Points of hit ratio; probes that renewed random keys cost 1.1 to 1.7. */
const MOST_LOST = 1;

/** One way to read a key of the trace. */
interface Side {
  readonly name: string;
  /** Whether it was a hit. */
  readonly read: (key: number) => Promise<boolean>;
  readonly values: () => Promise<number>;
  readonly close: () => Promise<unknown>;
}

const valueOf = (key: number): string => 'x'.repeat(200 + ((key * 7_919) % 1_600));

async function server(): Promise<{ url: string; stop: () => Promise<unknown> }> {
  return startRedis({ config: { maxmemory: MAX_MEMORY, 'maxmemory-policy': 'allkeys-lru' } });
}

async function cacheSide(): Promise<Side> {
  const { url, stop } = await server();
  const cache = await openCache(url);
  return {
    name: 'getOrSet',
    read: async (key) => {
      let hit = true;
      await cache.getOrSet(`k:${key}`, () => {
        hit = false;
        return valueOf(key);
      });
      return hit;
    },
    values: async () => (await cache.store.statistics()).keys ?? NaN,
    close: async () => {
      await cache.close();
      await stop();
    },
  };
}

async function plainSide(): Promise<Side> {
  const { url, stop } = await server();
  const client = await createClient({ url }).connect();
  return {
    name: 'GET, SET',
    read: async (key) => {
      if ((await client.get(`gad:k:${key}`)) !== null) return true;
      await client.set(`gad:k:${key}`, JSON.stringify(valueOf(key)));
      return false;
    },
    values: () => client.dbSize(),
    close: async () => {
      client.destroy();
      await stop();
    },
  };
}

/** Keys by rank, the same in every run. */
function* trace(length: number): Generator<number> {
  const sums: number[] = [];
  for (let rank = 0, sum = 0; rank < KEYS; rank++) sums.push((sum += (rank + 1) ** -EXPONENT));
  let state = 42;
  for (let n = 0; n < length; n++) {
    // Numerical Recipes' linear congruential generator.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const point = (state / 2 ** 32) * (sums.at(-1) ?? 0);
    let [low, high] = [0, KEYS - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sums[middle] ?? 0) < point) low = middle + 1;
      else high = middle;
    }
    yield low;
  }
}

/** Percent of hits of a cache that always evicts the least recently used of so many values. */
function trueLru(keys: readonly number[], max: number): number {
  const held = new LRUCache<number, true>({ max });
  return percent(
    keys.map((key) => {
      const hit = held.get(key) === true;
      held.set(key, true);
      return hit;
    }),
  );
}

function percent(hits: readonly boolean[]): number {
  const counted = hits.slice(Math.floor(hits.length * COUNTED_FROM));
  return (100 * counted.filter(Boolean).length) / counted.length;
}

console.log(machine());
const keys = [...trace((SECONDS * 1_000 * PER_TURN) / TURN_MS)];
const sides = [await cacheSide(), await plainSide()];
try {
  const hits = sides.map((): Promise<boolean>[] => []);
  const begin = performance.now();
  for (let at = 0; at < keys.length; at += PER_TURN) {
    for (const key of keys.slice(at, at + PER_TURN)) {
      sides.forEach((side, index) => hits[index]?.push(side.read(key)));
    }
    await sleep(begin + ((at + PER_TURN) / PER_TURN) * TURN_MS - performance.now());
  }
  const lost: number[] = [];
  for (const [index, side] of sides.entries()) {
    const [ratio, values] = [percent(await Promise.all(hits[index] ?? [])), await side.values()];
    const ideal = trueLru(keys, values);
    lost.push(ideal - ratio);
    console.log(
      `${side.name}: ${ratio.toFixed(2)} % hits, ${values} values held; a true LRU of as many ${ideal.toFixed(2)} %, ${(ideal - ratio).toFixed(2)} points more`,
    );
  }
  const [ours = NaN, plain = NaN] = lost;
  expectFigure(
    `bookkeeping costs at most ${MOST_LOST} points (${(ours - plain).toFixed(2)})`,
    ours - plain <= MOST_LOST,
  );
} finally {
  for (const side of sides) await side.close();
}
