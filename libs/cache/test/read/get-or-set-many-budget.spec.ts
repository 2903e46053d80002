import { beforeEach, describe, expect, it } from '@jest/globals';
import type { CacheStore, RedisClientFactory } from '@gad/cache/store';
import type { ServerSettings } from '@gad/cache/store';
import { CacheUnavailableError, runWithCacheDeadline } from '@gad/cache';
import { MemoryStore } from '@gad/cache/store';
import { setMany } from '../../src/engine/read/get-or-set-many.js';
import { FakeClock } from '../../src/testing/fake-clock.js';
import { engineOver, openRedisStore } from '../support/fixtures.js';
import { gatedClients } from '../support/gated-client.js';
import { redisForTests } from '../support/redis-server.js';
import { REPETITIVE } from '../support/stored-texts.js';

const server = redisForTests();
beforeEach(() => server.command('FLUSHDB'));

const ids = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
const toKey = (id: number): string => `k:${id}`;
const verb = (call: string): string => call.split(' ')[0] ?? '';
const counted = (calls: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const call of calls) counts[verb(call)] = (counts[verb(call)] ?? 0) + 1;
  return counts;
};

describe('What many keys cost in Redis:', () => {
  it('many keys cost three round trips on a miss and one on a hit', async () => {
    const { makeClient, gates } = gatedClients();
    // Without an index, whose upkeep would send commands in between.
    const store = await openRedisStore(server, { makeClient, index: 'scan' });
    const cache = engineOver(store);
    // So that the scripts are known.
    await cache.getOrSetMany([-1], toKey, () => [0]);
    gates.calls.length = 0;
    const asked: number[][] = [];
    // The first reply of each trip is withheld: whatever is sent meanwhile did not wait for it.
    const [read, acquired, filled] = [
      gates.after(isMget),
      gates.after('ACQUIRE'),
      gates.after('FILL'),
    ];
    const loading = cache.getOrSetMany(ids(40), toKey, (missing) => {
      asked.push([...missing]);
      return [...missing];
    });
    await read.arrived;
    expect(counted(gates.calls)).toEqual({ MGET: 1 });
    read.release();
    await acquired.arrived;
    expect(counted(gates.calls)).toEqual({ MGET: 1, ACQUIRE: 40 });
    expect(asked).toEqual([]);
    acquired.release();
    await filled.arrived;
    expect(counted(gates.calls)).toEqual({ MGET: 1, ACQUIRE: 40, FILL: 40 });
    filled.release();
    expect(await loading).toEqual(ids(40));
    expect(asked).toEqual([ids(40)]);
    gates.calls.length = 0;
    expect(await cache.getOrSetMany(ids(40), toKey, () => [])).toEqual(ids(40));
    expect(counted(gates.calls)).toEqual({ MGET: 1 });
    await store.close();
  });

  it('many stores cost one round trip, large values sent before their scripts', async () => {
    const { makeClient, gates } = gatedClients();
    // Without an index, whose upkeep would send commands in between.
    const store = await openRedisStore(server, { makeClient, index: 'scan' });
    const cache = engineOver(store);
    await cache.set('first', 0);
    gates.calls.length = 0;
    const stored = gates.after('WRITE');
    const entries = ids(20).map((id) => ({
      key: toKey(id),
      value: id % 2 === 0 ? id : REPETITIVE,
    }));
    const storing = setMany(entries, (key, value) => cache.set(key, value));
    await stored.arrived;
    expect(counted(gates.calls)).toEqual({ WRITE: 20, SET: 10 });
    stored.release();
    expect(await storing).toEqual(entries.map(() => true));
    await store.close();
  });

  it('ten thousand keys go in chunks that block nothing, with one call of the loader', async () => {
    const { makeClient, gates } = gatedClients();
    const { watched, peak } = inFlight(makeClient);
    const store = await openRedisStore(server, { makeClient: watched });
    // Twenty thousand scripts on a busy machine: what takes long here must not look like an outage.
    const cache = engineOver(store, { deadlineMs: 20_000, leaseMs: 20_000 });
    const all = ids(10_000);
    let loads = 0;
    const load = (missing: readonly number[]): readonly number[] => {
      loads += 1;
      return missing;
    };
    expect(await cache.getOrSetMany(all, toKey, load)).toEqual(all);
    expect(loads).toBe(1);
    expect(cache.counts()).toMatchObject({ sets: 10_000, errors: 0, refused_fills: 0 });
    const stored = await setMany(
      all.map((id) => ({ key: toKey(id), value: id })),
      (key, value) => cache.set(key, value),
    );
    expect(stored.every(Boolean)).toBe(true);
    expect(peak()).toBeLessThanOrEqual(501);
    gates.calls.length = 0;
    expect(await cache.getMany(all.map(toKey))).toEqual(all);
    expect(counted(gates.calls)).toEqual({ MGET: 20 });
    await store.close();
  });
});

const isMget = (call: string): boolean => verb(call) === 'MGET';

/** Counts the commands that are on their way at the same time. */
function inFlight(makeClient: RedisClientFactory): {
  watched: RedisClientFactory;
  peak: () => number;
} {
  let [now, most] = [0, 0];
  return {
    peak: () => most,
    watched: Object.assign((settings: ServerSettings) => {
      const client = makeClient(settings);
      const send = client.send.bind(client);
      client.send = (command) => {
        most = Math.max(most, ++now);
        return send(command).finally(() => now--);
      };
      return client;
    }, makeClient),
  };
}

describe('The time for many keys:', () => {
  /** An in-process store whose multi-key reads take `ms`; those that take too long fail. */
  const slow = (clock: FakeClock, ms: number): { store: CacheStore; calls: string[] } => {
    const calls: string[] = [];
    const store: CacheStore = new Proxy(new MemoryStore({ clock }), {
      get(target, name) {
        const member: unknown = Reflect.get(target, name, target);
        if (name === 'waitClock') return undefined;
        if (typeof member !== 'function') return member;
        return (...args: unknown[]): unknown => {
          calls.push(String(name));
          if (name !== 'readMany') return Reflect.apply(member, target, args) as unknown;
          const within = Number(args[1]);
          clock.advance(Math.min(ms, within));
          if (ms <= within) return Reflect.apply(member, target, args) as unknown;
          return Promise.reject(new CacheUnavailableError('timeout', 'too slow'));
        };
      },
    });
    return { store, calls };
  };
  const limits = { deadlineMs: 50 };
  const load = (missing: readonly number[]): readonly number[] => missing;
  const readsIn = (calls: string[]): number => calls.filter((call) => call === 'readMany').length;

  it('each chunk of many keys has the deadline to itself', async () => {
    const clock = new FakeClock();
    const { store, calls } = slow(clock, 30);
    const cache = engineOver(store, limits, undefined, { clock });
    expect(await cache.getOrSetMany(ids(1_400), toKey, load)).toEqual(ids(1_400));
    expect(readsIn(calls)).toBe(3);
    expect(cache.counts()).toMatchObject({ sets: 1_400, errors: 0 });
  });

  it('after a missed deadline the store is not called again, and all keys are loaded at once', async () => {
    const clock = new FakeClock();
    const { store, calls } = slow(clock, 60);
    const cache = engineOver(store, limits, undefined, { clock });
    const asked: number[] = [];
    const counting = (missing: readonly number[]): readonly number[] => {
      asked.push(missing.length);
      return missing;
    };
    expect(await cache.getOrSetMany(ids(1_400), toKey, counting)).toEqual(ids(1_400));
    expect(asked).toEqual([1_400]);
    expect(readsIn(calls)).toBe(1);
    expect(calls.filter((call) => call === 'acquire' || call === 'fill')).toEqual([]);
    expect(await cache.getMany(ids(1_400).map(toKey))).toEqual(ids(1_400).map(() => undefined));
    expect(readsIn(calls)).toBe(2);
    expect(clock.now()).toBe(100);
  });

  it('the chunks of a request share one deadline budget', async () => {
    const clock = new FakeClock();
    const { store, calls } = slow(clock, 30);
    const cache = engineOver(store, limits, undefined, { clock });
    await runWithCacheDeadline(() => cache.getMany(ids(1_400).map(toKey)));
    expect(readsIn(calls)).toBe(2);
    expect(clock.now()).toBe(50);
  });
});
