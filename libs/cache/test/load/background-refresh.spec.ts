import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CacheEngine, CacheStore, RedisStore } from '@gad/cache/store';
import type { FaultyStore } from '@gad/cache/testing';
import { deferred, engineOver, openRedisStore, until } from '../support/fixtures.js';
import { storePairs } from '../support/store-pairs.js';
import { failOnLeaks } from '../support/resources.js';
import { twoEngines } from '../support/two-engines.js';

failOnLeaks();

const { pairs, server } = storePairs();

/** A ttl that is over by the next read. */
const SWR = { ttl: 0.001, staleWhileRevalidate: 600 };
const FRESH = { ttl: 600, staleWhileRevalidate: 600 };

describe.each(pairs)('A refresh, on the %s:', (_, pair) => {
  let stores: CacheStore[];
  let faults: FaultyStore;
  let cache: CacheEngine;
  let other: CacheEngine;
  let source: number;
  const load = (): number => source;

  /** Stores state 1, and waits until its ttl is over. */
  async function hold(): Promise<void> {
    await cache.getOrSet('k', load, SWR);
    for (;;) {
      if ((await other.get('k')) === undefined) return;
    }
  }

  beforeEach(async () => {
    ({ stores, faults, cache, other } = await twoEngines(pair));
    source = 1;
  });
  afterEach(async () => {
    await Promise.all([cache.close(), other.close()]);
    await Promise.all(stores.map((store) => store.close()));
  });

  it('a refresh that began before an invalidation is refused', async () => {
    await hold();
    const row = deferred<number>();
    expect(await cache.getOrSet('k', () => row.promise, FRESH)).toBe(1);
    await until(() => cache.counts().loads === 2);
    source = 2;
    expect(await other.deletePattern('k*')).toBe(1);
    row.resolve(1);
    await until(() => cache.counts().background === 0);
    expect(cache.counts().refused_fills).toBe(1);
    expect(await other.get('k')).toBeUndefined();
    expect(await cache.getOrSet('k', load, FRESH)).toBe(2);
  });

  it('a refresh is refused when the key was filled again in between', async () => {
    await hold();
    const row = deferred<number>();
    await cache.getOrSet('k', () => row.promise, FRESH);
    await until(() => cache.counts().loads === 2);
    source = 2;
    await other.delete('k');
    expect(await other.getOrSet('k', load, FRESH)).toBe(2);
    row.resolve(1);
    await until(() => cache.counts().background === 0);
    expect(await other.get('k')).toBe(2);
  });

  it('a refresh begins only while the value that was read is still stored', async () => {
    await hold();
    const begin = faults.hold('acquireRefresh');
    await cache.getOrSet('k', () => 1, FRESH);
    await begin.arrived;
    await other.delete('k');
    begin.release();
    await until(() => cache.counts().background === 0);
    expect(cache.counts().loads).toBe(1);
    expect(await other.get('k')).toBeUndefined();
  });

  it('an invalidation removes what a refresh has just stored', async () => {
    await hold();
    const refilled = faults.holdReply('refill');
    await cache.getOrSet('k', load, FRESH);
    await refilled.arrived;
    source = 2;
    expect(await other.delete('k')).toBe(1);
    // The flight's last command was sent: who comes now looks for himself.
    const late = cache.getOrSet('k', load, FRESH);
    await until(() => cache.counts().joins === 1);
    refilled.release();
    expect(await late).toBe(2);
  });

  it('a refresh is not shared with callers that came after the invalidation it missed', async () => {
    await hold();
    const row = deferred<number>();
    await cache.getOrSet('k', () => row.promise, FRESH);
    await until(() => cache.counts().loads === 2);
    source = 2;
    await other.delete('k');
    const late = cache.getOrSet('k', load, FRESH);
    await until(() => cache.counts().joins === 1);
    row.resolve(1);
    expect(await late).toBe(2);
  });

  it('a failed refresh is not shared with callers that came after an invalidation', async () => {
    await hold();
    const row = deferred<number>();
    await cache.getOrSet('k', () => row.promise, FRESH);
    await until(() => cache.counts().loads === 2);
    await other.delete('k');
    source = 2;
    const late = cache.getOrSet('k', load, FRESH);
    await until(() => cache.counts().joins === 1);
    row.reject(new Error('of the time before'));
    expect(await late).toBe(2);
  });

  it('a refresh runs once in the fleet', async () => {
    await hold();
    const row = deferred<number>();
    let loads = 0;
    const slow = (): Promise<number> => {
      loads++;
      return row.promise;
    };
    const reads = Array.from({ length: 40 }, (__, n) =>
      (n % 2 === 0 ? cache : other).getOrSet('k', slow, FRESH),
    );
    expect(new Set(await Promise.all(reads))).toEqual(new Set([1]));
    await until(() => cache.counts().background + other.counts().background === 1);
    expect(loads).toBe(1);
    row.resolve(2);
    await until(() => cache.counts().background + other.counts().background === 0);
    expect(await cache.get('k')).toBe(2);
    expect(await other.get('k')).toBe(2);
    expect(loads).toBe(1);
  });

  it('a reader without a stale window waits for the refresh of another process', async () => {
    await hold();
    const row = deferred<number>();
    await cache.getOrSet('k', () => row.promise, FRESH);
    await until(() => cache.counts().loads === 2);
    const waiting = other.getOrSet('k', load, { ttl: 600 });
    await until(() => other.counts().waits === 1);
    row.resolve(5);
    expect(await waiting).toBe(5);
    expect(other.counts().loads).toBe(0);
  });

  it('a refresh that takes too long is not waited for, and the quicker value is stored', async () => {
    await hold();
    const row = deferred<number>();
    await cache.getOrSet('k', () => row.promise, FRESH);
    await until(() => cache.counts().loads === 2);
    const brief = engineOver(stores[1] ?? stores[0] ?? fail(), { leaseWaitMs: 20 });
    const entry = await brief.getOrSetEntry('k', () => 6, { ttl: 600 });
    expect(entry).toMatchObject({ value: 6, stored: true });
    row.resolve(1);
    await until(() => cache.counts().background === 0);
    expect(await other.get('k')).toBe(6);
  });
});

function fail(): never {
  throw new Error('a pair has two');
}

describe('A refresh over a server that was restored', () => {
  it('a refresh over a restored server is refused, as the value may have been invalidated since', async () => {
    await server().command('FLUSHALL');
    const store: RedisStore = await openRedisStore(server());
    const cache = engineOver(store);
    await cache.getOrSet('k', () => 1, { ttl: 0.001, staleWhileRevalidate: 600 });
    await until(() => store.connected);
    await server().command('SAVE');
    const row = deferred<number>();
    const options = { ttl: 600, staleWhileRevalidate: 600 };
    // Served if the ttl is over already; else the ttl ends while we ask again.
    while (cache.counts().loads < 2) await cache.getOrSet('k', () => row.promise, options);
    await cache.delete('k');
    await server().kill();
    await until(() => !store.connected);
    await server().start();
    await until(() => store.connected);
    row.resolve(1);
    await until(() => cache.counts().background === 0);
    expect(cache.counts()).toMatchObject({ refused_fills: 1 });
    expect(String(await server().command('GET', 'gad:k'))).toContain(';600000;');
    expect(await cache.get('k')).toBeUndefined();
    await cache.close();
  });
});
