import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CacheService } from '@gad/cache';
import { createCache, CacheUnavailableError } from '@gad/cache';
import { silentLog } from '@gad/cache/store';
import { onBothStores } from '../support/both-stores.js';
import { deferred, until } from '../support/fixtures.js';
import type { RedisServer } from '../support/redis-server.js';
import { startRedis } from '../support/redis-server.js';

const REMOVALS: readonly (readonly [string, (cache: CacheService) => Promise<unknown>])[] = [
  ['delete', (cache) => cache.delete('user:1')],
  ['a pattern', (cache) => cache.deletePattern('user:*')],
  ['a pattern without a fixed beginning', (cache) => cache.deletePattern('*:1')],
  ['clear', (cache) => cache.clear()],
  ['an invalidation after a write', (cache) => cache.invalidate('user:*')],
];

onBothStores('What the field gets wrong', (stage) => {
  it.each(REMOVALS)(
    'a value that is invalidated while it loads is never stored: by %s',
    async (_, remove) => {
      const { cache, calls, another } = stage();
      const writer = await another();
      const row = deferred<string>();
      let begun = false;
      const reader = cache.getOrSetEntry(
        'user:1',
        () => {
          begun = true;
          return row.promise;
        },
        { ttl: 3_600 },
      );
      await until(() => begun);
      await remove(writer.cache);
      row.resolve('of before');
      expect(await reader).toMatchObject({ value: 'of before', stored: false });
      expect(calls.filled).toEqual([]);
      expect(await writer.cache.getOrSet('user:1', () => 'of after')).toBe('of after');
      expect(await cache.get('user:1')).toBe('of after');
    },
  );

  it('delete() without the store never resolves as if it were done', async () => {
    const { cache, faults } = stage();
    await cache.set('k', 'old');
    faults.disconnect();
    await expect(cache.delete('k')).rejects.toThrow(CacheUnavailableError);
    await expect(cache.deletePattern('k*')).rejects.toThrow(CacheUnavailableError);
    await expect(cache.clear()).rejects.toThrow(CacheUnavailableError);
    faults.heal();
    expect(await cache.get('k')).toBe('old');
  });

  it('a loader’s error keeps its class', async () => {
    class NoSuchUser extends Error {}
    const failure = new NoSuchUser();
    const reading = stage().cache.getOrSet('k', () => Promise.reject(failure));
    await expect(reading).rejects.toBe(failure);
  });

  it('a store error after the load never fails the read', async () => {
    const { cache, faults } = stage();
    faults.fail(['fill', 'release', 'write']);
    let loads = 0;
    expect(await cache.getOrSet('k', () => ++loads)).toBe(1);
    expect(loads).toBe(1);
  });
});

describe('Failures reported of other caches, on a Redis of its own:', () => {
  let server: RedisServer;
  beforeEach(async () => {
    server = await startRedis();
  });
  afterEach(async () => {
    await server.thaw();
    await server.stop();
  });

  it.each(['down at start', 'killed', 'frozen'] as const)(
    'with a Redis that is %s the loader answers, and no removal is reported done',
    async (outage) => {
      if (outage === 'down at start') await server.kill();
      const bounds = { deadlineMs: 500, removalTimeoutMs: 500 };
      const cache = createCache(
        { prefix: 'gad:', redis: { url: server.url }, ...bounds },
        silentLog,
      );
      await cache.open();
      if (outage === 'killed') await server.kill();
      if (outage === 'frozen') await server.freeze();
      const keys = Array.from({ length: 20 }, (_, n) => `k:${n}`);
      const values = await Promise.all(keys.map((key) => cache.getOrSet(key, () => `${key}!`)));
      expect(values).toEqual(keys.map((key) => `${key}!`));
      await expect(cache.delete('k:1')).rejects.toThrow(CacheUnavailableError);
      await expect(cache.clear()).rejects.toThrow(CacheUnavailableError);
      await cache.close();
    },
  );

  it.each(['FLUSHALL', 'FLUSHDB'])(
    'a %s during a load invalidates like a delete',
    async (flush) => {
      const cache = createCache(
        { prefix: 'gad:', redis: { url: server.url }, deadlineMs: 5_000 },
        silentLog,
      );
      await cache.open();
      const row = deferred<number>();
      const reader = cache.getOrSetEntry('k', () => row.promise);
      await until(() => cache.counts().loads === 1);
      await server.command(flush);
      row.resolve(1);
      expect(await reader).toMatchObject({ value: 1, stored: false });
      expect(await cache.get('k')).toBeUndefined();
      await cache.close();
    },
  );

  it('a removal by pattern never walks the database', async () => {
    const cache = createCache(
      { prefix: 'gad:', redis: { url: server.url }, deadlineMs: 5_000 },
      silentLog,
    );
    await cache.open();
    const foreign = Array.from({ length: 5_000 }, (_, n) => [`other:${n}`, 'x']).flat();
    await server.command('MSET', ...foreign);
    await Promise.all(Array.from({ length: 500 }, (_, n) => cache.set(`user:${n}:a`, n)));
    // Until the index is known to hold every key of the prefix, a removal has to look for them.
    const first = () => server.command('ZRANGE', 'gad:\0index', '0', '0');
    while (!String(await first()).startsWith('\0s')) await cache.get('user:1:a');
    await server.command('CONFIG', 'RESETSTAT');
    expect(await cache.deletePattern('user:7:*')).toBe(1);
    expect(await cache.deletePattern('user:*:a')).toBe(499);
    const statistics = String(await server.command('INFO', 'commandstats'));
    const commands = [...statistics.matchAll(/^cmdstat_([a-z|]+):calls=(\d+)/gm)];
    const calls = new Map(commands.map(([, name, count]) => [name, Number(count)]));
    expect(calls.get('evalsha')).toBeGreaterThanOrEqual(2);
    // One range, and 500 names in pages of about 200.
    expect(calls.get('evalsha')).toBeLessThanOrEqual(8);
    expect([...calls.keys()]).not.toContain('scan');
    expect([...calls.keys()]).not.toContain('keys');
    await cache.close();
  });

  it('the key index does not grow without bound', async () => {
    const cache = createCache(
      { prefix: 'gad:', redis: { url: server.url }, deadlineMs: 5_000 },
      silentLog,
    );
    await cache.open();
    await server.command('CONFIG', 'SET', 'hz', '100');
    let size = 0;
    for (let wave = 0; wave < 20; wave++) {
      await Promise.all(
        Array.from({ length: 500 }, (_, n) => cache.set(`${wave}:${n}`, 1, { ttl: 1e-3 })),
      );
      // An addition drops the members whose keys Redis has expired, which it does in its own time.
      while (Number(await server.command('DBSIZE')) > 100) await sleep(10);
      size = Number(await server.command('ZCARD', 'gad:\0index'));
    }
    expect(size).toBeLessThan(2_500);
    expect(cache.counts().sets).toBe(10_000);
    await cache.close();
  });
});
