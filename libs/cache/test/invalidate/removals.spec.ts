import { afterEach, describe, expect, it } from '@jest/globals';
import { CacheService } from '@gad/cache';
import { escapeGlob } from '@gad/cache/store';
import { ownRedis } from '../../../../test/servers/suite-servers.js';
import { onBothStores } from '../support/both-stores.js';
import { deferred } from '../support/fixtures.js';

async function collected(names: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const name of names) all.push(name);
  return all;
}

onBothStores('Removals', (stage) => {
  it('a namespace is removed by pattern, and its neighbours stay', async () => {
    const { cache } = stage();
    const keys = ['user:1', 'user:1:a', 'user:1:b:c', 'user:10:a', 'users:1:a', 'my:user:1:a'];
    await cache.setMany(keys.map((key) => ({ key, value: 1 })));
    expect(await cache.deletePattern('user:1:*')).toBe(2);
    expect(await collected(cache.keys('*'))).toEqual(
      ['user:1', 'user:10:a', 'users:1:a', 'my:user:1:a'].sort(),
    );
  });

  it.each(['a*', 'a?c', '[abc]', 'a\\b', 'a]b', '^'])(
    'an escaped name with a pattern’s characters (%s) is removed alone',
    async (name) => {
      const { cache } = stage();
      const keys = [`${name}:1`, 'abc:1', 'a:1', 'b:1'];
      await cache.setMany(keys.map((key) => ({ key, value: 1 })));
      expect(await cache.deletePattern(`${escapeGlob(name)}:*`)).toBe(1);
      expect(await cache.getMany(keys)).toEqual([undefined, 1, 1, 1]);
    },
  );

  it('clear counts what it removed, and an empty cache has nothing to clear', async () => {
    const { cache } = stage();
    await cache.setMany(Array.from({ length: 300 }, (_, n) => ({ key: `k:${n}`, value: n })));
    expect(await cache.clear()).toBe(300);
    expect(await cache.clear()).toBe(0);
    expect(await collected(cache.keys('*'))).toEqual([]);
  });

  it('clear removes the values of every instance, and voids the leases of their loads', async () => {
    const { cache, another } = stage();
    const other = await another();
    await other.cache.set('theirs', 1);
    const token = await other.cache.acquireLease('loading');
    expect(await cache.clear()).toBe(1);
    expect(await other.cache.get('theirs')).toBeUndefined();
    expect(await other.cache.set('loading', 'old', { token })).toBe(false);
  });

  it('a removal of absent keys is no error, and counts 0', async () => {
    const { cache } = stage();
    expect(await cache.delete('nothing')).toBe(0);
    expect(await cache.deletePattern('nothing:*')).toBe(0);
  });

  it('several keys are removed in one call, which counts those that were there', async () => {
    const { cache, calls } = stage();
    await cache.setMany([1, 2, 3].map((value) => ({ key: `user:${value}`, value })));
    calls.reset();
    expect(await cache.delete(['user:1', 'user:3', 'user:9'])).toBe(2);
    expect(calls.count()).toBe(1);
    expect(await cache.getMany(['user:1', 'user:2', 'user:3'])).toEqual([undefined, 2, undefined]);
  });

  it('a read after a delete loads, and concurrent readers share that load', async () => {
    const { cache } = stage();
    await cache.getOrSet('k', () => 'old', { ttl: 60 });
    const row = deferred<string>();
    await cache.delete('k');
    const fresh = cache.getOrSet('k', () => row.promise, { ttl: 60 });
    const meanwhile = cache.getOrSet('k', () => 'not loaded', { ttl: 60 });
    row.resolve('new');
    expect(await Promise.all([fresh, meanwhile])).toEqual(['new', 'new']);
    expect(await cache.get('k')).toBe('new');
  });
});

describe('Two prefixes in one Redis', () => {
  const opened: CacheService[] = [];
  afterEach(() => Promise.all(opened.splice(0).map((cache) => cache.onApplicationShutdown())));

  it('caches of two prefixes do not see, list or clear each other, even if one prefix begins with the other', async () => {
    const url = await ownRedis();
    const open = async (prefix: string): Promise<CacheService> => {
      const bounds = { deadlineMs: 10_000, removalTimeoutMs: 10_000 };
      const cache = new CacheService({ redis: { url }, prefix, logLevel: 'off', ...bounds });
      await cache.onModuleInit();
      opened.push(cache);
      return cache;
    };
    const [shop, shopping] = [await open('shop:'), await open('shopping:')];
    await shop.set('k', 'shop');
    await shopping.set('k', 'shopping');
    expect([await shop.get('k'), await shopping.get('k')]).toEqual(['shop', 'shopping']);
    expect(await collected(shop.keys('*'))).toEqual(['k']);
    expect(await shop.deletePattern('*')).toBe(1);
    expect(await shop.clear()).toBe(0);
    expect(await shopping.get('k')).toBe('shopping');
  });
});
