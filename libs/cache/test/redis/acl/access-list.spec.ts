import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Cache } from '@gad/cache/engine';
import { createCache } from '@gad/cache';
import { silentLog } from '@gad/cache/store';
import { createClient } from 'redis';
import { until } from '../../support/fixtures.js';
import type { RedisServer } from '../../support/redis-server.js';
import { startRedis } from '../../support/redis-server.js';

const DOCUMENT = new URL('../../../../../docs/security.md', import.meta.url);

/** The line that the documentation recommends to operators. */
function documentedRules(): string[] {
  const line = /^ACL SETUSER gad (.+)$/m.exec(readFileSync(DOCUMENT, 'utf8'))?.[1];
  if (line === undefined) throw new Error('docs/security.md has no ACL line');
  return line.replace('>password', '>p').split(' ');
}

describe('The Redis user of docs/security.md', () => {
  let server: RedisServer;
  let cache: Cache;

  beforeEach(async () => {
    server = await startRedis();
    await server.command('ACL', 'SETUSER', 'gad', ...documentedRules());
    // The document's addition for servers that know it; others refuse the rule.
    await server.command('ACL', 'SETUSER', 'gad', '+client|no-touch').catch(() => undefined);
    const url = server.url.replace('redis://', 'redis://gad:p@');
    cache = createCache(
      { prefix: 'gad:', redis: { url }, deadlineMs: 2_000, analytics: true },
      silentLog,
    );
    await cache.open();
    await until(() => cache.store.connected);
  });
  afterEach(async () => {
    await cache.close();
    await server.stop();
  });

  it('the Redis user may do everything that the cache does', async () => {
    const large = 'x'.repeat(10_000);
    expect(await cache.getOrSet('stats:1', () => 1, { ttl: 60 })).toBe(1);
    expect(await cache.getOrSetEntry('stats:1', () => 2, { ttl: 60 })).toMatchObject({ hit: true });
    expect(await cache.getOrSet('large', () => large)).toBe(large);
    expect(await cache.set('by-hand', large, { ttl: 60 })).toBe(true);
    expect(await cache.getMany(['stats:1', 'by-hand'])).toEqual([1, large]);
    await expect(cache.getOrSet('fails', () => Promise.reject(new Error('x')))).rejects.toThrow(
      'x',
    );
    expect((await cache.store.list(undefined, undefined, 10)).items).toHaveLength(3);
    expect(await cache.store.describe('stats:1')).toMatchObject({ text: '1' });
    expect(await cache.store.statistics()).toMatchObject({ keys: 3 });
    expect((await cache.keyTree()).items.map(({ name }) => name)).toContain('stats');
    expect(await cache.look('stats:1')).toMatchObject({ state: 'present', indexed: true });
    expect(await cache.fleet?.recall('stats:1')).toMatchObject({ isSampled: true });
    expect(await cache.delete('by-hand')).toBe(1);
    expect(await cache.deletePattern('stats:*')).toBe(1);
    expect(await cache.clear()).toBe(1);
    await cache.fleet?.report();
    const range = { step: '10s', from: 0, to: Date.now() + 60_000 } as const;
    expect((await cache.fleet?.read(range))?.processes).toHaveLength(1);
    expect((await cache.fleet?.journal(undefined, 10))?.length).toBeGreaterThan(0);
    expect(await cache.fleet?.size()).toBe(1);
    expect(await cache.store.statistics('index')).toMatchObject({ keys: 0 });
    const { warming } = cache.store;
    expect(await warming?.begin('a', 60_000, 'run')).toBeUndefined();
    expect(await warming?.takeOver('b', 60_000)).toBe('running');
    await warming?.end('a', 'result', true);
    await warming?.addReads([['stats:1', 3]]);
    expect(await warming?.frequentKeys(5)).toEqual(['stats:1']);
    expect(await warming?.refreshes('a', 60_000)).toBe(true);
    const denied = await server.command('ACL', 'LOG');
    expect(denied).toEqual([]);
  });

  it('the Redis user may keep copies in memory and acknowledge their removal', async () => {
    const url = server.url.replace('redis://', 'redis://gad:p@');
    const options = { prefix: 'gad:', redis: { url }, deadlineMs: 2_000, local: { barrier: true } };
    const copying = createCache(options, silentLog);
    await copying.open();
    const local = { local: 60 };
    await until(() => (copying.store.coherence?.freshUntil ?? 0) > performance.now());
    await copying.getOrSet('stats:1', () => 1, local);
    expect(await copying.getOrSet('stats:1', () => 2, local)).toBe(1);
    expect(copying.counts().copies?.hits).toBe(1);
    for (const remove of ['stats:1', 'stats:*', '*:1', '*']) await copying.deletePattern(remove);
    await copying.close();
    expect(await server.command('ACL', 'LOG')).toEqual([]);
  });

  it('the Redis user may rebuild a lost index and be woken at the end of a load', async () => {
    await cache.set('a:1', 1);
    await server.command('DEL', 'gad:\0index');
    expect(await cache.deletePattern('a:*')).toBe(1);
    await cache.set('a:2', 1);
    expect((await cache.store.list(undefined, undefined, 10)).items).toHaveLength(1);
    expect(await server.command('PUBSUB', 'NUMSUB', 'gad:\0awake:0')).toEqual(['gad:\0awake:0', 1]);
    expect(await server.command('ACL', 'LOG')).toEqual([]);
  });

  it('the Redis user may ask for the role of the server, as a cache behind Sentinel does', async () => {
    const client = createClient({
      url: server.url.replace('redis://', 'redis://gad:p@'),
      disableClientInfo: true,
    });
    await client.connect();
    expect(await client.sendCommand(['ROLE'])).toEqual(['master', 0, []]);
    await client.close();
  });

  it.each([
    ['FLUSHALL'],
    ['FLUSHDB'],
    ['KEYS', '*'],
    ['CONFIG', 'GET', '*'],
    ['CLIENT', 'KILL', 'TYPE', 'normal'],
    ['ACL', 'LIST'],
    ['SHUTDOWN'],
    ['REPLICAOF', 'NO', 'ONE'],
    ['MONITOR'],
    ['FUNCTION', 'LIST'],
    ['GET', 'other:application'],
    ['EVAL', 'return redis.call("GET", KEYS[1])', '1', 'other:application'],
    ['EVAL', 'return redis.call("FLUSHALL")', '0'],
    ['PUBLISH', 'other:channel', 'x'],
  ])('the Redis user may not %s %s', async (...command) => {
    const url = server.url.replace('redis://', 'redis://gad:p@');
    const client = createClient({ url, disableClientInfo: true });
    client.on('error', () => undefined);
    await client.connect();
    await expect(client.sendCommand(command)).rejects.toThrow(/NOPERM|permissions|can't run this/i);
    await client.close();
  });
});
