import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CacheEngine, RedisStore } from '@gad/cache/store';
import { engineOver, openRedisStore } from '../../support/fixtures.js';
import { redisForTests } from '../../support/redis-server.js';
import { SWEEP, SWEEP_SAMPLE } from '../../../src/store/redis/scripts/compiled-scripts.js';

const INDEX = 'gad:\0index';
const LARGE = 'x'.repeat(400);
const KEYS = Array.from({ length: 40 }, (_, n) => `k:${n}`);

const server = redisForTests();
let store: RedisStore;
let cache: CacheEngine;
let knowsNoTouch: boolean;

beforeAll(async () => {
  knowsNoTouch = await server.command('CLIENT', 'NO-TOUCH', 'OFF').then(
    () => true,
    () => false,
  );
});
beforeEach(async () => {
  await server.command('FLUSHALL');
  store = await openRedisStore(server);
  cache = engineOver(store);
  for (const key of KEYS) await cache.set(key, LARGE);
});

/** What looks after the cache, and must not look like use. */
const UPKEEP: [string, () => Promise<unknown>][] = [
  [
    'the probes of fills',
    async () => {
      for (let n = 0; n < 64; n++) await cache.getOrSet(`new:${n}`, () => n);
    },
  ],
  [
    'the probes of stores by hand',
    async () => {
      for (let n = 0; n < 64; n++) await cache.set(`new:${n}`, n);
    },
  ],
  ['the walk of the sweeper', () => script(SWEEP.source, '[\x01', '500')],
  ['the sample of the sweeper', () => script(SWEEP_SAMPLE.source, '500')],
  ['the statistics', () => store.statistics()],
  ['a rebuild of the index', () => server.command('DEL', INDEX).then(() => rebuilt())],
  ['removals of other keys', () => cache.deletePattern('other:*')],
  ['removals by a glob that looks at all', () => cache.deletePattern('*-none')],
];

/** Administration has to look at values, and an older server has no way to look without a trace. */
const LOOKS: [string, () => Promise<unknown>][] = [
  ['a listing', () => store.list(undefined, undefined, 100)],
  ['a look at one key', () => Promise.all(KEYS.map((key) => store.describe(key)))],
];

function script(source: string, ...args: string[]): Promise<unknown> {
  return server.command('EVAL', source, '1', INDEX, 'gad:', ...args);
}

/** A process that starts makes the index complete. */
async function rebuilt(): Promise<void> {
  const other = await openRedisStore(server);
  while (Number(await server.command('ZLEXCOUNT', INDEX, '[\0s', '(\0t')) === 0);
  await other.close();
}

const ask = (what: string): Promise<unknown[]> =>
  Promise.all(KEYS.map((key) => server.command('OBJECT', what, `gad:${key}`)));

/** Waits until every value has been idle for a second, by the server's own account. */
async function idle(): Promise<void> {
  while ((await ask('IDLETIME')).some((seconds) => Number(seconds) < 1));
}

const cases = (): [string, () => Promise<unknown>][] => [...UPKEEP, ...LOOKS];

describe('Upkeep does not look like use to eviction:', () => {
  it.each(cases())('%s leaves the LRU order of the values alone', async (name, work) => {
    if (LOOKS.some(([look]) => look === name) && !knowsNoTouch) return;
    await server.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    await idle();
    await work();
    const renewed = (await ask('IDLETIME')).filter((seconds) => Number(seconds) < 1);
    expect(renewed).toEqual([]);
    await store.close();
  });

  it.each(cases())('%s does not count as use for LFU', async (name, work) => {
    if (LOOKS.some(([look]) => look === name) && !knowsNoTouch) return;
    await server.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lfu');
    await server.command('CONFIG', 'SET', 'lfu-log-factor', '0');
    await server.command('CONFIG', 'SET', 'lfu-decay-time', '0');
    for (const key of KEYS) await cache.set(key, LARGE);
    const before = (await ask('FREQ')).map(Number);
    await work();
    const after = (await ask('FREQ')).map(Number);
    const used = after.filter((frequency, at) => frequency > (before[at] ?? 0));
    expect(used).toEqual([]);
    await store.close();
  });

  it('a hit counts as use', async () => {
    await server.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    await idle();
    await cache.get('k:0');
    expect(await server.command('OBJECT', 'IDLETIME', 'gad:k:0')).toBe(0);
    await store.close();
  });
});
