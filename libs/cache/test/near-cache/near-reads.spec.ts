import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CacheEngine, RedisStore } from '@gad/cache/store';
import { MemoryStore, silentLog } from '@gad/cache/store';
import { deferred, engineOver, openRedisStore, until } from '../support/fixtures.js';
import { gatedClients } from '../support/gated-client.js';
import type { Gates } from '../support/gates.js';
import { settle } from '@gad/cache/testing';
import { redisForTests } from '../support/redis-server.js';
import { BOUND_MS } from '../support/near-cache-process.js';

const KEY = 'stats:user:2:days:30';
const BOUNDS = { maxEntries: 100, maxBytes: 1e6 };
const LOCAL = { ttl: 300, local: 60 };
const never = (): never => {
  throw new Error('not in memory');
};

describe('Reads with the option local', () => {
  const server = redisForTests();

  let store: RedisStore;
  let cache: CacheEngine;
  let gates: Gates;
  /** Another process, which keeps no copies itself. */
  let other: CacheEngine;
  beforeEach(async () => {
    await server.command('FLUSHALL');
    const clients = gatedClients();
    gates = clients.gates;
    const local = { staleBoundMs: BOUND_MS, barrier: [] };
    store = await openRedisStore(server, { makeClient: clients.makeClient, local });
    cache = engineOver(store, {}, silentLog, { local: BOUNDS });
    other = engineOver(await openRedisStore(server));
    await readable();
  });
  afterEach(() => Promise.all([cache.close(), other.close()]));

  const readable = (): Promise<void> =>
    until(() => performance.now() < (store.coherence?.freshUntil ?? 0));

  /** Resolves when all removals published so far have had their effect here. */
  async function allReceived(): Promise<void> {
    await cache.getOrSet('mark', () => 1, LOCAL);
    await other.delete('mark');
    await untilGone('mark');
  }

  /** Whether a read is answered from memory; if not, the store has been asked. */
  async function inMemory(key: string): Promise<boolean> {
    const hits = (): number => cache.counts().copies?.hits ?? 0;
    const before = hits();
    const read = cache.getOrSet(key, () => Promise.reject(new Error('not in memory')), LOCAL);
    await read.catch(() => undefined);
    return hits() > before;
  }

  async function untilGone(key: string): Promise<void> {
    while (await inMemory(key)) await settle();
  }

  it('a hit in memory makes no store call, and returns one frozen object', async () => {
    const first = await cache.getOrSet(KEY, () => ({ total: 1, list: [{ id: 1 }] }), LOCAL);
    const sent = gates.calls.filter((call) => call !== 'PROBE_STREAM').length;
    const second = await cache.getOrSet<typeof first>(KEY, never, LOCAL);
    const entry = await cache.getOrSetEntry(KEY, never, LOCAL);
    expect(gates.calls.filter((call) => call !== 'PROBE_STREAM')).toHaveLength(sent);
    expect(second).toBe(first);
    expect(entry).toMatchObject({ key: `gad:${KEY}`, hit: true, stored: true, value: first });
    expect(() => Object.assign(second.list[0] ?? {}, { id: 2 })).toThrow(TypeError);
    expect(cache.counts().copies).toMatchObject({ hits: 2, entries: 1, refused: 0 });
  });

  it('a value that another process has stored is copied, for no longer than the store holds it', async () => {
    await other.set(KEY, 1, { ttl: 1.5 });
    await allReceived();
    expect(await cache.getOrSet(KEY, never, LOCAL)).toBe(1);
    expect(await inMemory(KEY)).toBe(true);
    await untilGone(KEY);
    expect(await cache.getOrSet(KEY, () => 2, LOCAL)).toBe(2);
  });

  it('a hit in memory has the ttl that is left in the store', async () => {
    await cache.getOrSetEntry(KEY, () => 1, LOCAL);
    const copy = await cache.getOrSetEntry(KEY, never, { ttl: 300, local: 60 });
    expect(copy.ttl).toBeGreaterThanOrEqual(299);
    expect((await cache.getOrSetEntry(KEY, never, { ttl: 20, local: 60 })).ttl).toBe(20);
    await cache.getOrSet('for ever', () => 1, { local: 60 });
    expect((await cache.getOrSetEntry('for ever', never, { local: 60 })).ttl).toBeNull();
  });

  it('only reads with the option local look into memory and get frozen values', async () => {
    await cache.getOrSet(KEY, () => ({ total: 1 }), LOCAL);
    await server.command('SET', `gad:${KEY}`, '{"total":2}');
    expect(await cache.getOrSet(KEY, never)).toEqual({ total: 2 });
    const got = await cache.get(KEY);
    expect(got).toEqual({ total: 2 });
    expect(Object.isFrozen(got)).toBe(false);
  });

  it.each([
    ['a loader’s value', () => cache.getOrSet(KEY, () => ({ list: [{}] }), LOCAL)],
    [
      'a stored value',
      async () => {
        await other.set(KEY, { list: [{}] });
        return cache.getOrSet(KEY, never, LOCAL);
      },
    ],
    [
      'a value that was not stored',
      async () => {
        await server.command('HSET', `gad:${KEY}`, 'a', 'b');
        return cache.getOrSet(KEY, () => ({ list: [{}] }), LOCAL);
      },
    ],
    [
      'a value in an in-process store, where the option does nothing else',
      () => {
        const memory = engineOver(new MemoryStore(), {}, silentLog, { local: BOUNDS });
        expect(memory.counts().copies).toBeNull();
        return memory.getOrSet(KEY, () => ({ list: [{}] }), LOCAL);
      },
    ],
  ])('a value from memory is frozen all the way down: %s', async (_, read) => {
    const { list } = await read();
    expect([Object.isFrozen(list), Object.isFrozen(list[0])]).toEqual([true, true]);
  });

  it.each([0, -1, NaN, Infinity])('the option local refuses %d seconds', async (local) => {
    await expect(cache.getOrSet(KEY, () => 1, { local })).rejects.toThrow('local must be');
  });

  it.each<[string, (engine: CacheEngine) => Promise<unknown>]>([
    ['delete', (engine) => engine.delete(KEY)],
    ['deletePattern', (engine) => engine.deletePattern('stats:*')],
    ['clear', (engine) => engine.clear()],
    ['invalidate', (engine) => engine.invalidate(['stats:*'])],
    ['set', (engine) => engine.set(KEY, 2)],
  ])('a read is not served from memory while this process removes: %s', async (_, remove) => {
    await cache.getOrSet(KEY, () => 1, LOCAL);
    const sending = gates.before((call) => /^(REMOVE|REMOVE_RANGE|WRITE)$/.test(call));
    const removal = remove(cache);
    await sending.arrived;
    expect(await inMemory(KEY)).toBe(false);
    // Read again before the removal reaches the store, and kept …
    expect(await cache.getOrSet(KEY, never, LOCAL)).toBe(1);
    expect(await cache.getOrSet(KEY, never, LOCAL)).toBe(1);
    sending.release();
    await removal;
    // … but not for longer than that.
    expect(await inMemory(KEY)).toBe(false);
  });

  it('a value that was read before a removal is not copied when its message comes first', async () => {
    await other.set(KEY, 'old');
    const answer = gates.after('READ_WHOLE');
    const reading = cache.getOrSet(KEY, never, LOCAL);
    await answer.arrived;
    await other.delete(KEY);
    await allReceived();
    answer.release();
    // It was asked for before the removal.
    expect(await reading).toBe('old');
    expect(cache.counts().copies?.refused).toBe(1);
    expect(await cache.getOrSet(KEY, () => 'new', LOCAL)).toBe('new');
  });

  it('a value that was read before a removal is dropped when its message comes later', async () => {
    await other.set(KEY, 'old');
    expect(await cache.getOrSet(KEY, never, LOCAL)).toBe('old');
    await other.deletePattern('stats:*');
    await untilGone(KEY);
    expect(await cache.getOrSet(KEY, () => 'new', LOCAL)).toBe('new');
  });

  it('a value that a loader read before a removal is not copied', async () => {
    const loading = deferred<string>();
    let begun = false;
    const load = (): Promise<string> => {
      begun = true;
      return loading.promise;
    };
    const reading = cache.getOrSet(KEY, load, LOCAL);
    await until(() => begun);
    await other.delete(KEY);
    loading.resolve('old');
    expect(await reading).toBe('old');
    expect(await cache.getOrSet(KEY, () => 'new', LOCAL)).toBe('new');
  });

  it('a fill that was removed before its confirmation arrived is not copied', async () => {
    const confirmed = gates.after('FILL');
    const reading = cache.getOrSet(KEY, () => 'old', LOCAL);
    await confirmed.arrived;
    await other.delete(KEY);
    await allReceived();
    confirmed.release();
    expect(await reading).toBe('old');
    expect(await cache.getOrSet(KEY, () => 'new', LOCAL)).toBe('new');
  });

  it('no read is served from memory while this process has removals pending', async () => {
    // A bound that is not over soon, so that only the pending removal can forbid the read.
    const longBound = { staleBoundMs: 60_000, barrier: [] };
    const waiting = engineOver(
      await openRedisStore(server, { local: longBound }),
      { deadlineMs: 100 },
      silentLog,
      { local: BOUNDS },
    );
    const fresh = (): boolean => performance.now() < (waiting.store.coherence?.freshUntil ?? 0);
    await until(fresh);
    await waiting.getOrSet(KEY, () => 1, LOCAL);
    expect(await waiting.getOrSet(KEY, never, LOCAL)).toBe(1);
    await server.freeze();
    expect(await waiting.invalidate(['usuarios:*'])).toBe(false);
    expect(fresh()).toBe(true);
    expect(await waiting.getOrSet(KEY, () => 2, LOCAL)).toBe(2);
    await server.thaw();
    await until(() => waiting.counts().pending_removals === 0);
    await waiting.close();
  });

  it('a read goes to the source when neither memory nor the store can be believed', async () => {
    await cache.getOrSet(KEY, () => 1, LOCAL);
    await server.freeze();
    await until(() => performance.now() >= (store.coherence?.freshUntil ?? Infinity));
    expect(await cache.getOrSet(KEY, () => 2, LOCAL)).toBe(2);
    await server.thaw();
    await readable();
  });

  it('a failed read leaves nothing behind in the near cache', async () => {
    const failing = cache.getOrSet(KEY, () => Promise.reject(new Error('no')), LOCAL);
    await expect(failing).rejects.toThrow('no');
    await settle();
    expect(cache.counts().copies).toMatchObject({ entries: 0 });
  });
});
