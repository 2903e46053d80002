import { beforeEach, describe, expect, it } from '@jest/globals';
import type { CacheEngine } from '@gad/cache/store';
import { createCache, runWithCacheDeadline } from '@gad/cache';
import { silentLog } from '@gad/cache/store';
import { redisForTests } from '../support/redis-server.js';

const KEYS = 5_000;
const ids = Array.from({ length: KEYS }, (_, n) => n);
const toKey = (id: number): string => `k:${id}`;

const server = redisForTests();
beforeEach(() => server.command('FLUSHDB'));

/** Above the default: a busy machine must not look like an outage of its own. */
async function open(): Promise<CacheEngine> {
  const bounds = { deadlineMs: 250, leaseMs: 20_000, leaseWaitMs: 30_000 };
  const cache = createCache({ prefix: 'gad:', redis: { url: server.url }, ...bounds }, silentLog);
  await cache.open();
  return cache;
}

type Load = (ids: readonly number[]) => Promise<readonly number[]>;

const WAYS: [string, (cache: CacheEngine, load: Load) => Promise<unknown>][] = [
  [
    'single reads, each an operation of its own',
    (cache, load) => Promise.all(ids.map((id) => cache.getOrSet(toKey(id), () => load([id])))),
  ],
  [
    'single reads of one request',
    (cache, load) =>
      runWithCacheDeadline(() =>
        Promise.all(ids.map((id) => cache.getOrSet(toKey(id), () => load([id])))),
      ),
  ],
  ['a batch', (cache, load) => cache.getOrSetMany(ids, toKey, load)],
  [
    'a batch of one request',
    (cache, load) => runWithCacheDeadline(() => cache.getOrSetMany(ids, toKey, load)),
  ],
];

describe.each(WAYS)('Five thousand keys at once, by %s:', (_, read) => {
  it('five thousand keys are loaded once and stored, and the store is not taken for slow', async () => {
    const cache = await open();
    let loads = 0;
    const load: Load = (missing) => {
      loads += missing.length;
      return Promise.resolve(missing);
    };
    await read(cache, load);
    expect(loads).toBe(KEYS);
    expect(cache.counts()).toMatchObject({ sets: KEYS, errors: 0, refused_fills: 0 });
    await read(cache, load);
    expect(loads).toBe(KEYS);
    expect(cache.counts()).toMatchObject({ errors: 0, circuit: 'closed' });
    await cache.close();
  });

  it('five thousand keys are loaded once by two processes together', async () => {
    const processes = [await open(), await open()];
    const loads = new Map<number, number>();
    const load: Load = async (missing) => {
      for (const id of missing) loads.set(id, (loads.get(id) ?? 0) + 1);
      // All fills of a process are ready in one turn.
      await new Promise((resolve) => setTimeout(resolve, 100));
      return missing;
    };
    await Promise.all(processes.map((cache) => read(cache, load)));
    expect([...loads.values()].filter((count) => count !== 1)).toEqual([]);
    expect(loads.size).toBe(KEYS);
    for (const cache of processes) {
      expect(cache.counts()).toMatchObject({ errors: 0, circuit: 'closed' });
      await cache.close();
    }
  });
});

it('five thousand stores at once are all done, in the order of their calls', async () => {
  const cache = await open();
  const stored = await Promise.all(ids.map((id) => cache.set(toKey(id % 2_500), id)));
  expect(stored.filter((one) => !one)).toEqual([]);
  expect(await cache.getMany(ids.slice(0, 2_500).map(toKey))).toEqual(ids.slice(2_500));
  const again = ids.map((id) => cache.set(toKey(id), 'old'));
  await cache.clear();
  await Promise.all(again);
  expect(await cache.getMany(ids.map(toKey))).toEqual(ids.map(() => undefined));
  await cache.close();
});
