import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';
import type { CacheEngine, RedisClient, RedisStore, ShardedStore } from '@gad/cache/store';
import { CacheUnavailableError } from '@gad/cache';
import { deferred, engineOver, until } from '../../support/fixtures.js';
import { gatedClient } from '../../support/gated-client.js';
import { Gates } from '../../support/gates.js';
import { HOSTS, isWhole, type Host } from '../../support/hosts.js';
import type { RedisServer } from '../../support/redis-server.js';

const MS = 5_000;

type Store = RedisStore | ShardedStore;

let host: Host;
let server: RedisServer;
let stores: Store[];
let gates: Gates;
let mine: Store;
let theirs: Store;
let cache: CacheEngine;
let other: CacheEngine;

async function opened(wrap?: (client: RedisClient) => RedisClient): Promise<Store> {
  const store = await host.open(wrap);
  stores.push(store);
  return store;
}

async function staged(): Promise<unknown> {
  return server.command('KEYS', 'gad:*\0staged*');
}

describe.each(HOSTS)('On $on', ({ start }) => {
  beforeAll(async () => {
    host = await start();
    ({ server } = host);
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    await server.command('FLUSHALL');
    gates = new Gates();
    stores = [];
    mine = await opened((client) => gatedClient(client, gates));
    theirs = await opened();
    cache = engineOver(mine);
    other = engineOver(theirs);
  });
  afterEach(() => Promise.all(stores.map((store) => store.close())));

  describe('A read with its remaining life', () => {
    it('a read with its ttl never gives an older value the life of a newer one', async () => {
      await other.set('k', 'old', { ttl: 100 });
      let pair = 0;
      const asks = (call: string): boolean => /^(PTTL|GET) gad:(?:\{\w+\}:)?k$/.test(call);
      const first = gates.after(asks);
      const second = gates.before((call) => asks(call) && ++pair === 2);
      const read = mine.readWithLife('k', 'approximate', MS);
      await Promise.all([first.arrived, second.arrived]);
      first.release();
      await other.set('k', 'new', { ttl: 1_000 });
      second.release();
      const found = await read;
      expect(found?.text).toBe('"new"');
      expect(found?.ttlMs).toBeLessThanOrEqual(100_000);
    });
  });

  describe('A load whose outcome is unknown', () => {
    it('a load whose fill timed out is not shared with callers after the invalidation', async () => {
      const hurried = engineOver(mine, { deadlineMs: 150 });
      const row = deferred<number>();
      const early = hurried.getOrSetEntry('k', () => row.promise);
      await until(() => hurried.counts().loads === 1);
      await other.delete('k');
      const late = hurried.getOrSet('k', () => 2);
      await until(() => hurried.counts().joins === 1);
      const unanswered = gates.after('FILL');
      row.resolve(1);
      await unanswered.arrived;
      expect(await early).toMatchObject({ value: 1, stored: false });
      expect(await late).toBe(2);
      unanswered.release();
    });

    it('a load that yielded undefined is not shared with callers after the invalidation', async () => {
      const row = deferred<undefined>();
      const early = cache.getOrSet<number | undefined>('k', () => row.promise);
      await until(() => cache.counts().loads === 1);
      await other.delete('k');
      const late = cache.getOrSet<number | undefined>('k', () => 2);
      await until(() => cache.counts().joins === 1);
      row.resolve(undefined);
      expect(await early).toBeUndefined();
      expect(await late).toBe(2);
    });
  });

  describe('A take-over', () => {
    it('a take-over adopts the token, and an invalidation ends it for both processes', async () => {
      const slow = await mine.acquire('k', { leaseMs: 200, replace: false }, MS);
      if (slow.state !== 'owned') throw new Error(slow.state);
      await sleep(250);
      const quick = await theirs.acquire('k', { leaseMs: MS, replace: false }, MS);
      if (quick.state !== 'owned') throw new Error(quick.state);
      expect(quick.lease.token).toBe(slow.lease.token);
      await other.deletePattern('k*');
      expect(await mine.fill(slow.lease, '1', undefined, MS)).toBe(false);
      expect(await theirs.fill(quick.lease, '1', undefined, MS)).toBe(false);
      expect(await host.namesOf('k')).toEqual([]);
    });

    it('a take-over keeps the waiters that want to be woken', async () => {
      // Long enough for the waiter to ask before it ends, also on a busy machine.
      const slow = await mine.acquire('k', { leaseMs: 1_500, replace: false }, MS);
      if (slow.state !== 'owned') throw new Error(slow.state);
      const watch = theirs.watch('k');
      expect((await theirs.acquire('k', { leaseMs: MS, replace: false }, MS)).state).toBe('wait');
      const woken = watch.changed(60_000);
      await sleep(1_600);
      const taken = await mine.acquire('k', { leaseMs: MS, replace: false }, MS);
      if (taken.state !== 'owned') throw new Error(taken.state);
      expect(await mine.fill(taken.lease, '1', undefined, MS)).toBe(true);
      await woken;
      watch.close();
    });
  });

  describe('A fill', () => {
    it('a refused fill leaves no staged text behind', async () => {
      const row = deferred<string>();
      const slow = cache.getOrSetEntry('k', () => row.promise);
      await until(() => cache.counts().loads === 1);
      await other.clear();
      row.resolve('x'.repeat(10_000));
      expect(await slow).toMatchObject({ stored: false });
      expect(await staged()).toEqual([]);
      expect(await host.namesOf('k')).toEqual([]);
    });

    it('a fill is stored even if the server forgot the scripts', async () => {
      const row = deferred<number>();
      const slow = cache.getOrSetEntry('k', () => row.promise);
      await until(() => cache.counts().loads === 1);
      await server.command('SCRIPT', 'FLUSH');
      row.resolve(1);
      expect(await slow).toMatchObject({ value: 1, stored: true });
    });

    it('a fill is announced only when a caller waits for it', async () => {
      const messages: string[] = [];
      const subscriber = createClient({ url: server.url });
      await subscriber.connect();
      await subscriber.pSubscribe('gad:*\0awake:0', (key) => void messages.push(key));
      await cache.getOrSet('alone', () => 1);
      const row = deferred<number>();
      const first = cache.getOrSet('together', () => row.promise);
      await until(() => cache.counts().loads === 2);
      const second = other.getOrSet('together', () => 2);
      await until(() => other.counts().waits === 1);
      row.resolve(1);
      expect(await Promise.all([first, second])).toEqual([1, 1]);
      await until(() => messages.length > 0);
      expect(messages).toEqual(['together']);
      subscriber.destroy();
    });
  });

  describe('A waiter for another process', () => {
    it('a waiter gets the value even without messages', async () => {
      const unsubscribed = await opened((client) =>
        Object.defineProperty(Object.create(client) as RedisClient, 'subscribe', {
          value: () => Promise.reject(new Error('no messages today')),
        }),
      );
      const waiting = engineOver(unsubscribed);
      const row = deferred<number>();
      const first = cache.getOrSet('k', () => row.promise);
      await until(() => cache.counts().loads === 1);
      const second = waiting.getOrSet('k', () => 2);
      await until(() => waiting.counts().waits === 1);
      row.resolve(1);
      expect(await Promise.all([first, second])).toEqual([1, 1]);
    });

    it('a waiter whose wait is over loads, and does not store', async () => {
      const brief = engineOver(theirs, { leaseWaitMs: 30 });
      const token = await cache.acquireLease('k');
      const entry = await brief.getOrSetEntry('k', () => 1);
      expect(entry).toMatchObject({ value: 1, stored: false });
      expect(await cache.set('k', 2, { token })).toBe(true);
    });
  });

  describe('A removal of several calls', () => {
    it('a removal of several calls is not reported done when the server was restored in between', async () => {
      const names = Array.from({ length: 450 }, (_, n) => `k:${String(n).padStart(3, '0')}`);
      await Promise.all(names.map((name) => cache.set(name, 1)));
      await until(() => gates.calls.includes('REBUILD_SEAL'));
      await server.command('SAVE');
      let calls = 0;
      const second = gates.before((call) => /^REMOVE(_RANGE)?$/.test(call) && ++calls === 2);
      const removal = cache.deletePattern('k:*');
      await second.arrived;
      await server.kill();
      await until(() => !mine.connected);
      await server.start();
      await until(() => isWhole(cache));
      second.release();
      await expect(removal).rejects.toThrow(CacheUnavailableError);
      // The caller gets an error and asks again; then everything is gone.
      await cache.deletePattern('k:*');
      expect(await host.namesOf('k:*')).toEqual([]);
    });
  });
});
