import { beforeEach, describe, expect, it } from '@jest/globals';
import type { CacheStore } from '../store/cache-store.js';
import { CacheUnavailableError } from '../cache-errors.js';
import { MemoryStore } from '../store/memory/memory-store.js';
import { FakeClock } from './fake-clock.js';
import { FaultyStore } from './faulty-store.js';
import { settle } from './settle.js';
import { ALL_KEYS, selectKeys } from '../keys/key-selection.js';

const MS = 50;
const TERMS = { leaseMs: 2_000, replace: false };

describe('The faulty store', () => {
  let clock: FakeClock;
  let inner: CacheStore;
  let store: FaultyStore;

  beforeEach(() => {
    clock = new FakeClock();
    inner = new MemoryStore({ clock });
    store = new FaultyStore(inner, { clock, removalTimeoutMs: 1_000 });
  });

  async function owned(): Promise<Parameters<CacheStore['release']>[0]> {
    const answer = await store.acquire('k', TERMS, MS);
    if (answer.state !== 'owned') throw new Error(answer.state);
    return answer.lease;
  }
  const refusal = (reason: string) =>
    expect.objectContaining({ code: 'CACHE_UNAVAILABLE', reason });

  it('the faulty store fails as often as demanded, then works', async () => {
    store.fail('write', { times: 2 });
    for (let turn = 0; turn < 2; turn++) {
      await expect(store.write('k', '1', undefined, MS)).rejects.toEqual(refusal('refused'));
    }
    expect(await inner.read('k', MS)).toBeUndefined();
    await store.write('k', '1', undefined, MS);
    expect(await store.read('k', MS)).toBe('1');
  });

  it('the faulty store fails until healed, for the reason given, and other operations work', async () => {
    store.fail(['read', 'readMany'], { reason: 'closed' });
    await store.write('k', '1', undefined, MS);
    await expect(store.read('k', MS)).rejects.toEqual(refusal('closed'));
    await expect(store.readMany(['k'], MS)).rejects.toEqual(refusal('closed'));
    store.heal();
    expect(await store.read('k', MS)).toBe('1');
  });

  it('a hanging call does nothing, and ends at its deadline, not before', async () => {
    store.hang('all');
    const ended: string[] = [];
    const end = (name: string) => (error: unknown) => {
      expect(error).toEqual(refusal('timeout'));
      ended.push(name);
    };
    const calls = [
      store.write('k', '1', undefined, MS).catch(end('write')),
      store.remove(selectKeys(['k'])).catch(end('remove')),
    ];
    await clock.advanceAsync(MS - 1);
    expect(ended).toEqual([]);
    await clock.advanceAsync(1);
    expect(ended).toEqual(['write']);
    await clock.advanceAsync(1_000 - MS);
    expect(ended).toEqual(['write', 'remove']);
    await Promise.all(calls);
    expect(await inner.read('k', MS)).toBeUndefined();
    expect(clock.pending).toBe(0);
  });

  it('a call whose reply is lost is done, and its caller gets no answer', async () => {
    await inner.write('k', '1', undefined, MS);
    store.loseReply('remove', { times: 1 });
    const removal = expect(store.remove(selectKeys(['k']))).rejects.toEqual(refusal('timeout'));
    expect(await inner.read('k', MS)).toBeUndefined();
    await clock.advanceAsync(1_000);
    await removal;
    expect(await store.remove(selectKeys(['k']))).toBe(0);
  });

  it('a delayed call is answered in time, and done even if it is too late', async () => {
    store.delay('write', 30, { times: 1 });
    const first = store.write('k', '1', undefined, MS);
    await settle();
    expect(await inner.read('k', MS)).toBeUndefined();
    await clock.advanceAsync(30);
    await first;
    expect(await inner.read('k', MS)).toBe('1');
    expect(clock.pending).toBe(0);
    store.delay('write', 80);
    const second = expect(store.write('k', '2', undefined, MS)).rejects.toEqual(refusal('timeout'));
    await clock.advanceAsync(MS);
    await second;
    expect(await inner.read('k', MS)).toBe('1');
    await clock.advanceAsync(30);
    expect(await inner.read('k', MS)).toBe('2');
  });

  it('the newest of several faults strikes', async () => {
    store.fail('all');
    store.fail('read', { reason: 'closed', times: 1 });
    await expect(store.read('k', MS)).rejects.toEqual(refusal('closed'));
    await expect(store.read('k', MS)).rejects.toEqual(refusal('refused'));
  });

  it('a fault lets the first calls pass on demand', async () => {
    store.fail('read', { skip: 2, times: 1 });
    expect(await store.read('k', MS)).toBeUndefined();
    expect(await store.read('k', MS)).toBeUndefined();
    await expect(store.read('k', MS)).rejects.toEqual(refusal('refused'));
    expect(await store.read('k', MS)).toBeUndefined();
  });

  it('the faulty store says when a held reply has arrived', async () => {
    const outer = new FaultyStore(store, { clock });
    store.delay('write', 30);
    const held = outer.holdReply('write');
    let arrived = false;
    void held.arrived.then(() => (arrived = true));
    const write = outer.write('k', '1', undefined, MS);
    await clock.advanceAsync(29);
    expect(arrived).toBe(false);
    await clock.advanceAsync(1);
    expect(arrived).toBe(true);
    held.release();
    await write;
  });

  it('the faulty store holds one call before it is done, another before it is answered', async () => {
    const before = store.hold('write');
    const first = store.write('k', '1', undefined, MS);
    await before.arrived;
    await store.write('k', '2', undefined, MS);
    before.release();
    await first;
    expect(await inner.read('k', MS)).toBe('1');
    const after = store.holdReply('remove');
    const removal = store.remove(selectKeys(['k']));
    await after.arrived;
    expect(await inner.read('k', MS)).toBeUndefined();
    after.release();
    expect(await removal).toBe(1);
  });

  it('the faulty store disconnects and comes back with its values, but without its leases', async () => {
    await store.write('v', '1', undefined, MS);
    const lease = await owned();
    store.disconnect();
    expect([store.connected, store.circuit]).toEqual([false, 'open']);
    await expect(store.read('v', MS)).rejects.toThrow(CacheUnavailableError);
    await expect(store.remove(ALL_KEYS)).rejects.toEqual(refusal('offline'));
    store.heal();
    expect([store.connected, store.circuit]).toEqual([true, 'closed']);
    expect(await store.read('v', MS)).toBe('1');
    expect(await store.fill(lease, '1', undefined, MS)).toBe(false);
    expect(await store.release(lease, MS)).toBe(false);
  });

  it.each(['loseReply', 'delay'] as const)(
    'a lease whose grant was lost is handed back (%s)',
    async (fault) => {
      if (fault === 'delay') store.delay('acquire', 80, { times: 1 });
      else store.loseReply('acquire', { times: 1 });
      const lost = expect(store.acquire('k', TERMS, MS)).rejects.toEqual(refusal('timeout'));
      await clock.advanceAsync(100);
      await lost;
      expect(await store.fill(await owned(), '1', undefined, MS)).toBe(true);
    },
  );
});
