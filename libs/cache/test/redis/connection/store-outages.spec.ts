import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CacheEngine } from '@gad/cache/store';
import { createCache, CacheUnavailableError } from '@gad/cache';
import { deferred, engineOver, until } from '../../support/fixtures.js';
import { gatedClient } from '../../support/gated-client.js';
import { Gates } from '../../support/gates.js';
import { HOSTS, isWhole, type Host } from '../../support/hosts.js';
import type { RedisServer } from '../../support/redis-server.js';

let host: Host;
let server: RedisServer;
let cache: CacheEngine;
/** What the last cache said. */
let said: string[];
/** What a cache on a Cluster of one node says besides. */
const OF_SHARDS = /removals such as|masters of the Cluster without a replica/;

async function opened(): Promise<CacheEngine> {
  // A long deadline: a busy machine must not look like an outage.
  const bounds = { deadlineMs: 500, removalTimeoutMs: 500 };
  const lines: string[] = [];
  const note = (message: string): void => {
    if (!OF_SHARDS.test(message)) lines.push(message);
  };
  said = lines;
  const engine = createCache(
    { prefix: 'gad:', redis: host.settings, ...bounds },
    { notice: note, warn: note },
  );
  await engine.store.open();
  return engine;
}

/** All of the store is back after a moment without any of it. */
async function back(): Promise<void> {
  await until(() => isWhole(cache));
}

/** These lines and no others; those of shards are merged, so they come a little later. */
async function hasSaid(...expected: readonly RegExp[]): Promise<void> {
  await until(() => said.length >= expected.length);
  expect(said).toEqual(expected.map((line) => expect.stringMatching(line)));
}

async function answersAll(engine: CacheEngine): Promise<void> {
  const values = await Promise.all(
    Array.from({ length: 50 }, (_, n) => engine.getOrSet(`k:${n % 10}`, () => n % 10)),
  );
  expect(values).toEqual(Array.from({ length: 50 }, (_, n) => n % 10));
  expect(await engine.get('k:1')).toBeUndefined();
  expect(await engine.set('k:1', 1)).toBe(false);
  await expect(engine.delete('k:1')).rejects.toThrow(CacheUnavailableError);
  await expect(engine.deletePattern('k:*')).rejects.toThrow(CacheUnavailableError);
  await expect(engine.clear()).rejects.toThrow(CacheUnavailableError);
}

describe.each(HOSTS)('On $on', ({ start }) => {
  beforeEach(async () => {
    host = await start();
    ({ server } = host);
  });
  afterEach(async () => {
    await cache.store.close();
    await server.thaw();
    await server.stop();
  });

  describe('An unavailable Redis store', () => {
    it('a store that is unavailable at the start is logged once, and used when it comes', async () => {
      await server.kill();
      cache = await opened();
      await answersAll(cache);
      await answersAll(cache);
      expect(cache.store.connected).toBe(false);
      await hasSaid(/store is unavailable/);
      await server.start();
      await back();
      expect(await cache.set('k', 1)).toBe(true);
      expect(await cache.get('k')).toBe(1);
      await hasSaid(/store is unavailable/, /store is connected/);
    });

    it('a store that is killed under load costs no answer, and is used again', async () => {
      cache = await opened();
      await hasSaid(/store is connected/);
      await cache.set('k', 1);
      await server.kill();
      await until(() => !cache.store.connected);
      await answersAll(cache);
      await server.start();
      await back();
      expect(await cache.get('k')).toBeUndefined();
      expect(await cache.getOrSet('k', () => 2)).toBe(2);
      expect(await cache.get('k')).toBe(2);
      await hasSaid(/is connected/, /is unavailable/, /is connected/);
    });

    it('a frozen store costs one deadline and then nothing, and recovers when it thaws', async () => {
      cache = await opened();
      await cache.set('k:1', 'old');
      await server.freeze();
      await answersAll(cache);
      await until(() => !cache.store.connected);
      const before = cache.counts().errors;
      await answersAll(cache);
      expect(cache.counts().errors).toBeGreaterThan(before);
      await server.thaw();
      await back();
      expect(await cache.set('k:2', 1)).toBe(true);
      expect(said.filter((line) => line.includes('unavailable'))).toHaveLength(1);
    });

    it('a store that fails during a load costs the storing, not the value', async () => {
      cache = await opened();
      const row = deferred<number>();
      const slow = cache.getOrSetEntry('k', () => row.promise, { ttl: 60 });
      await until(() => cache.counts().loads === 1);
      await server.kill();
      row.resolve(1);
      expect(await slow).toMatchObject({ value: 1, stored: false, ttl: 0, hit: false });
    });

    it('without the store callers wait for the next load, never for one that already runs', async () => {
      cache = await opened();
      await server.kill();
      await until(() => !cache.store.connected);
      let source = 1;
      const rows = [deferred<number>(), deferred<number>()];
      let loads = 0;
      const load = async (): Promise<number> => {
        const seen = source;
        await rows[loads++]?.promise;
        return seen;
      };
      const first = cache.getOrSet('k', load);
      await until(() => loads === 1);
      source = 2;
      const later = [1, 2, 3].map(() => cache.getOrSet('k', load));
      await until(() => cache.counts().joins === 3);
      rows[0]?.resolve(0);
      expect(await first).toBe(1);
      await until(() => loads === 2);
      rows[1]?.resolve(0);
      expect(await Promise.all(later)).toEqual([2, 2, 2]);
      expect(loads).toBe(2);
    });

    it('an unavailable store reports connected: false in the statistics', async () => {
      cache = await opened();
      await server.kill();
      await until(() => !cache.store.connected);
      await expect(cache.store.statistics()).rejects.toThrow(CacheUnavailableError);
    });

    it('an unavailable store does not keep the process from closing', async () => {
      cache = await opened();
      await server.freeze();
      await cache.store.close();
      await expect(cache.delete('k')).rejects.toThrow(/closed/);
      expect(await cache.getOrSet('k', () => 1)).toBe(1);
    });
  });

  describe('A fill token', () => {
    it('a lease token is void with its connection, although its lease is still there', async () => {
      cache = await opened();
      const row = deferred<number>();
      const slow = cache.getOrSetEntry('k', () => row.promise);
      await until(() => cache.counts().loads === 1);
      await server.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await until(() => !cache.store.connected);
      await back();
      expect(await host.namesOf('k')).toHaveLength(1);
      row.resolve(1);
      expect(await slow).toMatchObject({ value: 1, stored: false });
      expect(await cache.get('k')).toBeUndefined();
    });

    it('a lease token is void on a server restored to before the invalidation', async () => {
      cache = await opened();
      const row = deferred<number>();
      const slow = cache.getOrSetEntry('k', () => row.promise);
      await until(() => cache.counts().loads === 1);
      await server.command('SAVE');
      await cache.delete('k');
      await server.kill();
      await until(() => !cache.store.connected);
      await server.start();
      await back();
      expect(await host.namesOf('k')).toHaveLength(1);
      row.resolve(1);
      expect(await slow).toMatchObject({ value: 1, stored: false });
      expect(await cache.get('k')).toBeUndefined();
    });

    it('a fill that was executed on a connection lost before the answer is not shared', async () => {
      const gates = new Gates();
      const store = await host.open((client) => gatedClient(client, gates));
      cache = engineOver(store);
      const held = gates.after('FILL');
      const early = cache.getOrSetEntry('k', () => 1);
      await held.arrived;
      await server.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await until(() => !store.connected);
      await back();
      held.release();
      expect(await early).toMatchObject({ value: 1, stored: false });
    });

    it('a lease whose grant was lost keeps no caller waiting', async () => {
      const gates = new Gates();
      const store = await host.open((client) => gatedClient(client, gates));
      cache = engineOver(store, { deadlineMs: 50 });
      const other = engineOver(await host.open());
      const held = gates.after('ACQUIRE');
      // Granted by the server; the answer comes after the deadline.
      expect(await cache.getOrSetEntry('k', () => 1)).toMatchObject({ value: 1, stored: false });
      await until(() => gates.calls.includes('RELEASE'));
      expect(await other.getOrSetEntry('k', () => 2)).toMatchObject({ value: 2, stored: true });
      expect(other.counts().waits).toBe(0);
      held.release();
      await other.store.close();
    });
  });
});
