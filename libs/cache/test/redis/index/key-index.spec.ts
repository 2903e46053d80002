import { beforeEach, describe, expect, it } from '@jest/globals';
import { selectPattern } from '../../../src/keys/key-selection.js';
import { engineOver, openRedisStore, until } from '../../support/fixtures.js';
import { gatedClients } from '../../support/gated-client.js';
import { redisForTests } from '../../support/redis-server.js';

const server = redisForTests();
beforeEach(async () => {
  await server.command('CONFIG', 'SET', 'maxmemory', '0');
  await server.command('FLUSHALL');
});

const INDEX = 'gad:\0index';

async function sentinel(): Promise<string | undefined> {
  const reply = await server.command('ZRANGEBYLEX', INDEX, '[\0s', '(\0t');
  return Array.isArray(reply) && reply[0] !== undefined ? String(reply[0]) : undefined;
}

async function sealed(): Promise<void> {
  while ((await sentinel()) === undefined) await new Promise((resolve) => setImmediate(resolve));
}

async function members(): Promise<string[]> {
  const reply = await server.command('ZRANGE', INDEX, '0', '-1');
  return Array.isArray(reply) ? reply.map(String).filter((name) => !name.startsWith('\0')) : [];
}

async function writeDirectly(count: number): Promise<void> {
  for (let n = 0; n < count; n += 100) {
    const pairs = Array.from({ length: 100 }, (_, i) => [`gad:k:${n + i}:x`, '1']).flat();
    await server.command('MSET', ...pairs);
  }
}

describe('The key index', () => {
  it('the key index adopts the keys that were there before', async () => {
    await writeDirectly(1_500);
    const store = await openRedisStore(server);
    await sealed();
    expect(await members()).toHaveLength(1_500);
    expect(await engineOver(store).deletePattern('k:*:x')).toBe(1_500);
    expect(await members()).toEqual([]);
    await store.close();
  });

  it('with the key index a removal by prefix costs one command', async () => {
    const { makeClient, gates } = gatedClients();
    const store = await openRedisStore(server, { makeClient });
    const cache = engineOver(store);
    for (const days of [7, 30, 90]) await cache.set(`stats:user:2:days:${days}`, 1);
    await sealed();
    await cache.deletePattern('so-that-the-server-knows-the-script:*');
    gates.calls.length = 0;
    expect(await cache.deletePattern('stats:user:2:*')).toBe(3);
    expect(gates.calls).toEqual(['REMOVE_RANGE']);
    await store.close();
  });

  it('after the loss of the key index a removal finds everything by SCAN and rebuilds it', async () => {
    const store = await openRedisStore(server);
    const cache = engineOver(store);
    for (let n = 0; n < 300; n++) await cache.set(`k:${n}`, 1);
    await sealed();
    await server.command('DEL', INDEX);
    await cache.set('k:300', 1);
    expect(await cache.deletePattern('k:*')).toBe(301);
    await sealed();
    await store.close();
  });

  it('a listing from a key index that is lost and rebuilt meanwhile lacks nothing', async () => {
    await writeDirectly(1_200);
    const { makeClient, gates } = gatedClients();
    const store = await openRedisStore(server, { makeClient });
    const other = await openRedisStore(server);
    await sealed();
    const before = await sentinel();
    const secondPage = gates.before((call) => call.includes('ZRANGEBYLEX') && call.includes(' (k'));
    const listing = store.list(undefined, undefined, 2_000);
    await secondPage.arrived;
    await server.command('DEL', INDEX);
    const lastLook = gates.before((call) => call.includes('[\0s'));
    secondPage.release();
    await lastLook.arrived;
    await other.list(undefined, undefined, 1);
    expect(await sentinel()).not.toBe(before);
    expect(await sentinel()).toBeDefined();
    lastLook.release();
    expect((await listing).items).toHaveLength(1_200);
    await store.close();
    await other.close();
  });

  it('the key index is not declared complete by a rebuild that lost its mark', async () => {
    await writeDirectly(1_200);
    const { makeClient, gates } = gatedClients();
    const [held, sealing] = [gates.before('REBUILD_SEAL'), gates.after('REBUILD_SEAL')];
    const store = await openRedisStore(server, { makeClient });
    await held.arrived;
    await server.command('DEL', INDEX);
    held.release();
    await sealing.arrived;
    expect(await sentinel()).toBeUndefined();
    sealing.release();
    expect(await engineOver(store).deletePattern('k:*:x')).toBe(1_200);
    await store.close();
  });

  it('the key index has the keys that were leased or written while it was rebuilt', async () => {
    await writeDirectly(1_200);
    const { makeClient, gates } = gatedClients();
    const held = gates.before('REBUILD_SEAL');
    const store = await openRedisStore(server, { makeClient });
    const cache = engineOver(store);
    await held.arrived;
    await cache.set('k:late:x', 1);
    const token = await cache.acquireLease('k:leased:x');
    held.release();
    await sealed();
    expect(await members()).toEqual(expect.arrayContaining(['k:late:x', 'k:leased:x']));
    expect(await cache.deletePattern('k:l*')).toBe(1);
    expect(await cache.set('k:leased:x', 1, { token })).toBe(false);
    await store.close();
  });

  it('a removal continues after the last member, so that it ends under load', async () => {
    const { makeClient, gates } = gatedClients();
    const store = await openRedisStore(server, { makeClient });
    const cache = engineOver(store);
    const names = Array.from({ length: 450 }, (_, n) => `k:${String(n).padStart(3, '0')}`);
    await Promise.all(names.map((name) => cache.set(name, 1)));
    await sealed();
    // Whatever was removed is filled again before the next page is asked for.
    const pages = [1, 2].map(() => gates.before('REMOVE_RANGE'));
    const removal = cache.deletePattern('k:*');
    for (const page of pages) {
      await page.arrived;
      await Promise.all(names.slice(0, 200).map((name) => cache.set(name, 2)));
      page.release();
    }
    expect(await removal).toBe(450);
    await store.close();
  });

  it('the key index is paged through once by a listing that finds little', async () => {
    await writeDirectly(1_200);
    const { makeClient, gates } = gatedClients();
    const store = await openRedisStore(server, { makeClient });
    const cache = engineOver(store);
    await sealed();
    await cache.set('k:7:y', 1);
    const fromTheStart = (call: string): boolean => call.startsWith(`ZRANGEBYLEX ${INDEX} [k: `);
    const [first, again] = [gates.before(fromTheStart), gates.before(fromTheStart)];
    const selection = selectPattern('k:*:y');
    const glob = selection.kind === 'pattern' ? selection.glob : undefined;
    const listing = store.list(glob, undefined, 10).then(({ items }) => items.length);
    await first.arrived;
    first.release();
    expect(await Promise.race([listing, again.arrived.then(() => 'again')])).toBe(1);
    await store.close();
  });

  it('the key index reaches the last character there is', async () => {
    const store = await openRedisStore(server);
    const cache = engineOver(store);
    await cache.set('a\u{10ffff}\u{10ffff}', 1);
    await cache.set('b', 1);
    await sealed();
    expect(await cache.deletePattern('a*')).toBe(1);
    await store.close();
  });

  it('the key index drops members whose keys expired when others are added', async () => {
    const store = await openRedisStore(server);
    const cache = engineOver(store);
    await Promise.all(
      Array.from({ length: 500 }, (_, n) => cache.set(`old:${n}`, 1, { ttl: 1e-3 })),
    );
    let expired = 0;
    while (expired < 500) {
      expired =
        500 -
        Number(
          await server.command('EXISTS', ...Array.from({ length: 500 }, (_, n) => `gad:old:${n}`)),
        );
    }
    await Promise.all(Array.from({ length: 2_000 }, (_, n) => cache.set(`new:${n}`, 1)));
    const dead = (await members()).filter((name) => name.startsWith('old:'));
    expect(dead.length).toBeLessThan(250);
    await store.close();
  });

  it('the key index is swept after many keys expired and nothing else happens', async () => {
    const store = await openRedisStore(server);
    const cache = engineOver(store);
    await Promise.all(
      Array.from({ length: 4_000 }, (_, n) => cache.set(`old:${n}`, 1, { ttl: 2 })),
    );
    expect((await members()).length).toBeGreaterThan(3_000);
    let left = 4_000;
    // The sweeper looks after every thousand expiries, so the last of them may wait.
    while (left > 1_000) left = (await members()).length;
    await store.close();
  });

  it('the key index does not stop removals when the server is full', async () => {
    const store = await openRedisStore(server);
    const cache = engineOver(store);
    for (let n = 0; n < 250; n++) await cache.set(`k:${n}`, 'x'.repeat(100));
    await sealed();
    const lease = await cache.acquireLease('k:leased');
    await server.command('CONFIG', 'SET', 'maxmemory', '1');
    expect(await cache.set('more', 1)).toBe(false);
    expect(await cache.getOrSet('more', () => 'from the source')).toBe('from the source');
    expect(await cache.get('k:1')).toBe('x'.repeat(100));
    expect(await cache.delete('k:1')).toBe(1);
    expect(await cache.deletePattern('k:2*')).toBe(61);
    expect(await cache.deletePattern('*:3?')).toBe(10);
    expect(await cache.clear()).toBe(250 - 1 - 61 - 10);
    await server.command('CONFIG', 'SET', 'maxmemory', '0');
    expect(await cache.set('k:leased', 1, { token: lease })).toBe(false);
    await store.close();
  });

  it('the key index may be evicted: no key survives a removal by pattern', async () => {
    await server.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-random');
    const store = await openRedisStore(server);
    const cache = engineOver(store);
    const used = /used_memory:(\d+)/.exec(String(await server.command('INFO', 'memory')));
    const limit = Number(used?.[1]) + 3_000_000;
    await server.command('CONFIG', 'SET', 'maxmemory', String(limit));
    for (let n = 0; n < 40; n++) {
      await Promise.all(
        Array.from({ length: 200 }, (_, i) => cache.set(`k:${n * 200 + i}`, 'x'.repeat(600))),
      );
    }
    expect(
      Number(/evicted_keys:(\d+)/.exec(String(await server.command('INFO', 'stats')))?.[1]),
    ).toBeGreaterThan(0);
    await server.command('DEL', INDEX);
    await cache.deletePattern('k:*');
    expect(await server.command('KEYS', 'gad:k:*')).toEqual([]);
    await server.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    await store.close();
  });

  it('the key index lists pages that stay the same while keys come and go', async () => {
    const store = await openRedisStore(server);
    const cache = engineOver(store);
    for (const name of ['a', 'b', 'c', 'd']) await cache.set(name, 1);
    const first = await store.list(undefined, undefined, 2);
    expect(first).toMatchObject({ items: [{ key: 'a' }, { key: 'b' }], next: 'b' });
    await cache.delete('b');
    await cache.set('aa', 1);
    const second = await store.list(undefined, first.next, 2);
    expect(second).toMatchObject({ items: [{ key: 'c' }, { key: 'd' }], next: undefined });
    await store.close();
  });

  it('large values are sent before the scripts, not through them', async () => {
    const { makeClient, gates } = gatedClients();
    const store = await openRedisStore(server, { makeClient });
    const cache = engineOver(store);
    await until(() => gates.calls.includes('REBUILD_SEAL'));
    gates.calls.length = 0;
    const value = 'x'.repeat(100_000);
    await cache.getOrSet('big', () => value, { ttl: 60 });
    const kinds = gates.calls.map((call) => call.split(' ')[0]);
    expect(kinds).toEqual(['GET', 'ACQUIRE', 'SET', 'FILL']);
    expect(await cache.get('big')).toBe(value);
    expect(await server.command('TTL', 'gad:big')).toBeGreaterThan(50);
    expect(await server.command('KEYS', 'gad:\0staged*')).toEqual([]);
    await store.close();
  });
});
