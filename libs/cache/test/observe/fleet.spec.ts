import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createClient } from 'redis';
import { createCache } from '@gad/cache';
import type { Cache, CacheModuleOptions } from '@gad/cache/engine';
import { countersOf, silentLog } from '@gad/cache/store';
import { startRedis, type RedisServer } from '../../../../test/servers/redis-server.js';
import type { Fleet } from '../../src/observe/fleet.js';

const GENEROUS = { prefix: 'gad:', deadlineMs: 10_000, removalTimeoutMs: 10_000 };
const CANARY = 'canary-77aa';

describe.each(['redis', 'memory'] as const)('What all processes report to the %s store', (kind) => {
  let server: RedisServer | undefined;
  let url: string;
  const opened: Cache[] = [];
  const send = async (...command: string[]): Promise<unknown> => {
    const client = createClient({ url });
    await client.connect();
    try {
      return await client.sendCommand(command);
    } finally {
      await client.close();
    }
  };
  const open = async (options: CacheModuleOptions = {}): Promise<Cache> => {
    const store = kind === 'redis' ? { redis: { url } } : { store: 'memory' as const };
    const cache = createCache({ ...GENEROUS, ...store, analytics: true, ...options }, silentLog);
    await cache.open();
    opened.push(cache);
    return cache;
  };
  const fleetOf = ({ fleet }: Cache): Fleet => {
    if (fleet === undefined) throw new Error('no analytics');
    return fleet;
  };
  const report = async (...caches: Cache[]): Promise<void> => {
    for (const cache of caches) await fleetOf(cache).report();
  };
  const total = async (cache: Cache, namespace: string, counter: string): Promise<number> =>
    (await fleetOf(cache).read()).totals.get(namespace)?.get(counter) ?? 0;

  beforeAll(async () => {
    if (kind === 'memory') return;
    // Its own, as one case reads figures of the whole server.
    server = await startRedis();
    ({ url } = server);
  });
  afterAll(() => server?.stop());
  beforeEach(async () => {
    if (kind === 'redis') await send('FLUSHDB');
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((cache) => cache.close()));
  });

  it('a process reports its counters once, and shows itself with its state', async () => {
    const cache = await open();
    await cache.getOrSet('stats:user:2', () => 1);
    await cache.get('stats:user:2');
    await report(cache, cache);
    const { processes, now } = await fleetOf(cache).read();
    expect(Math.abs(now - Date.now())).toBeLessThan(60_000);
    expect(processes).toEqual([expect.objectContaining({ id: fleetOf(cache).id })]);
    expect(processes[0]).toMatchObject({ pid: process.pid, store: kind, circuit: 'closed' });
    expect(processes[0]?.counters['stats:user']).toMatchObject({ hit: 1, miss: 1, put_fill: 1 });
    expect(await total(cache, 'stats:user', 'hit')).toBe(1);
    expect(await total(cache, 'stats:user', 'load')).toBe(1);
  });

  it('history has what was counted, in slots of ten seconds and of five minutes', async () => {
    const cache = await open();
    for (let n = 0; n < 5; n++) await cache.get('k:1');
    await report(cache);
    for (const step of ['10s', '5m'] as const) {
      const range = { step, from: Date.now() - 700_000, to: Date.now() + 10_000 };
      const [slots = []] = (await fleetOf(cache).read(range)).history;
      expect(countersOf(slots, 'k').get('miss')).toBe(5);
      expect(countersOf(slots).get('miss')).toBe(5);
    }
    const past = { step: '10s', from: 0, to: Date.now() - 700_000 } as const;
    expect((await fleetOf(cache).read(past)).history).toEqual([[]]);
  });

  it('the journal has removals with their reasons, the newest first, page by page', async () => {
    const cache = await open();
    for (const by of [1, 2, 3]) await cache.delete(`k:${by}`, { kind: 'admin', by });
    await report(cache);
    const [newest, ...others] = await fleetOf(cache).journal(undefined, 2);
    expect(newest).toMatchObject({ kind: 'removal', cause: 'admin', because: { by: '3' } });
    expect(others).toEqual([expect.objectContaining({ subject: 'k:2' })]);
    const rest = await fleetOf(cache).journal(others[0]?.id, 10);
    expect(rest).toEqual([expect.objectContaining({ subject: 'k:1', process: fleetOf(cache).id })]);
  });

  it('a key that is asked for again after its ttl is missed because it expired', async () => {
    const cache = await open();
    await cache.getOrSet('k:1', () => 1, { ttl: 0.4 });
    await report(cache);
    const ended = Date.now() + 500;
    while (Date.now() < ended) await new Promise(setImmediate);
    await cache.getOrSet('k:1', () => 1, { ttl: 60 });
    await report(cache, cache);
    await report(cache);
    expect(await total(cache, 'k', 'cause_first')).toBe(1);
    expect(await total(cache, 'k', 'cause_expired')).toBe(1);
  });

  it('of a key its last fill is known, reported or not, and what the journal has', async () => {
    const cache = await open();
    expect(await fleetOf(cache).recall('k:1')).toMatchObject({ fill: undefined, isSampled: true });
    const before = Date.now();
    await cache.set('k:1', 1, { ttl: 60 });
    await cache.delete('k:1', { kind: 'code', by: 7 });
    for (const isReported of [false, true]) {
      if (isReported) await report(cache);
      const { fill, begunAt = Infinity, entries } = await fleetOf(cache).recall('k:1');
      // The store's clock counts parts of a millisecond that `Date.now()` has not.
      expect(fill?.filledAt).toBeGreaterThan(before - 1);
      expect(Math.abs((fill?.endsAt ?? 0) - (fill?.filledAt ?? 0) - 60_000)).toBeLessThan(300);
      expect(entries).toEqual([
        expect.objectContaining({ subject: 'k:1', process: fleetOf(cache).id, count: 1 }),
      ]);
      if (isReported) expect(begunAt).toBeLessThan(Date.now() + 1_000);
    }
  });

  it('no value, and no message of an error, is in a snapshot or the journal', async () => {
    const cache = await open();
    await cache.getOrSet('k:1', () => CANARY);
    await cache.set('k:2', { password: CANARY });
    await cache.getOrSet('k:3', () => Promise.reject(new Error(CANARY))).catch(() => undefined);
    await cache.delete('k:1');
    await report(cache);
    const seen = JSON.stringify([
      await fleetOf(cache).read(),
      await fleetOf(cache).journal(undefined, 100),
      fleetOf(cache).self(),
    ]);
    expect(seen).toContain('k:1');
    expect(seen).not.toContain(CANARY);
    if (kind === 'redis') {
      const names = (await send('KEYS', '*board*')) as string[];
      expect(names.length).toBeGreaterThan(5);
    }
  });

  it('a snapshot keeps to 16 kB, however many and long the names are', async () => {
    const cache = await open();
    for (let n = 0; n < 3_000; n++) {
      await cache.get(`${'n'.repeat(30)}${'abcdefghij'[n % 10]}${n}:${'x'.repeat(400)}:${n % 300}`);
      await cache.get(`name-${'abcdefghij'[n % 10]}${'klmnopqrst'[((n / 10) % 10) | 0]}:list:${n}`);
    }
    await report(cache);
    expect(JSON.stringify(fleetOf(cache).self()).length).toBeLessThanOrEqual(16_000);
    const { totals } = await fleetOf(cache).read();
    expect(totals.size).toBeLessThanOrEqual(67);
  });

  it('without analytics nothing is kept', async () => {
    const cache = await open({ analytics: false });
    await cache.getOrSet('k:1', () => 1);
    expect(cache.fleet).toBeUndefined();
    expect(cache.counts()).toMatchObject({ misses: 1, loads: 1 });
    await cache.close();
    if (kind === 'redis') expect(await send('KEYS', '*board*')).toEqual([]);
  });

  if (kind === 'memory') return;

  it('the totals are the sum of all processes, also of those that have ended', async () => {
    const [one, other] = [await open(), await open()];
    await one.set('k:1', 1);
    for (let n = 0; n < 10; n++) await one.get('k:1');
    for (let n = 0; n < 7; n++) await other.get('k:1');
    await report(one, other);
    const { processes } = await fleetOf(one).read();
    const hits = processes.map(({ counters }) => counters['k']?.['hit']);
    expect(hits.sort()).toEqual([10, 7].sort());
    expect(await total(one, 'k', 'hit')).toBe(17);
    await other.get('k:1');
    await other.close();
    const later = await open();
    await later.get('k:1');
    await report(later);
    expect(await total(one, 'k', 'hit')).toBe(19);
  });

  it('a removal by another process is known to be the cause of a miss here', async () => {
    const [one, other] = [await open(), await open()];
    await report(one, other);
    await one.getOrSet('k:1', () => 1, { ttl: 600 });
    await report(one);
    // Fills are kept to a tenth of a second.
    const later = Date.now() + 250;
    while (Date.now() < later) await new Promise(setImmediate);
    await other.deletePattern('k:*', { kind: 'event', event: 'tarea.updated' });
    await report(other);
    await one.get('k:1');
    await report(one, one, one);
    expect(await total(one, 'k', 'cause_invalidated')).toBe(1);
    expect(await total(one, 'k', 'cause_evicted')).toBe(0);
  });

  it('a key that the server dropped by itself is said to be evicted', async () => {
    const cache = await open();
    await cache.getOrSet('k:1', () => 1, { ttl: 600 });
    await report(cache);
    await send('DEL', 'gad:k:1');
    await cache.get('k:1');
    await report(cache, cache, cache);
    expect(await total(cache, 'k', 'cause_evicted')).toBe(1);
  });

  it('reports show in no keyspace hit of the server while nothing new is in the journal', async () => {
    const cache = await open();
    await cache.getOrSet('k:1', () => 1);
    await report(cache, cache);
    const hits = async (): Promise<string | undefined> =>
      /keyspace_hits:(\d+)/.exec(String(await send('INFO', 'stats')))?.[1];
    const before = await hits();
    await report(cache, cache, cache);
    expect(await hits()).toBe(before);
  });

  it('what the server forgets of the figures costs no request, and counting goes on', async () => {
    const cache = await open();
    await cache.getOrSet('k:1', () => 1);
    await cache.delete('k:2');
    await report(cache);
    await send('FLUSHDB');
    expect(await cache.getOrSet('k:1', () => 2)).toBe(2);
    await report(cache);
    expect(await total(cache, 'k', 'load')).toBe(1);
    expect((await fleetOf(cache).read()).processes).toHaveLength(1);
    await report(cache);
    const [newest] = await fleetOf(cache).journal(undefined, 1);
    expect(newest).toMatchObject({ kind: 'flush', what: 'store' });
  });

  it('a report that the server refuses is counted, and its counters are in the next', async () => {
    const cache = await open();
    await cache.get('k:1');
    await send('SET', 'gad:\0board:journal', 'not a stream');
    await send('SET', 'gad:\0board:filling:10s', 'not a hash');
    await report(cache);
    expect(fleetOf(cache).self().dropped).toBe(1);
    await send('DEL', 'gad:\0board:journal', 'gad:\0board:filling:10s');
    await report(cache);
    expect(await total(cache, 'k', 'miss')).toBe(1);
  });

  it('a process that has not reported for 15 seconds is taken for ended', async () => {
    const [one, other] = [await open(), await open()];
    await report(one, other);
    expect((await fleetOf(one).read()).processes).toHaveLength(2);
    await send('ZADD', 'gad:\0board:fleet', String(Date.now() - 16_000), fleetOf(other).id);
    expect((await fleetOf(one).read()).processes).toHaveLength(1);
    expect(await fleetOf(one).size()).toBe(1);
    await report(await open());
    expect(await send('HLEN', 'gad:\0board:snapshots')).toBe(2);
  });

  it('figures of another form in the store are left out', async () => {
    const cache = await open();
    await report(cache);
    await send('ZADD', 'gad:\0board:fleet', String(Date.now()), 'alien');
    await send('HSET', 'gad:\0board:snapshots', 'alien', '{"id":7}');
    await send('XADD', 'gad:\0board:journal', '*', 'e', 'no JSON');
    expect((await fleetOf(cache).read()).processes).toHaveLength(1);
    expect(await fleetOf(cache).journal(undefined, 10)).toEqual([]);
  });
});
