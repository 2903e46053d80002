import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ALL_KEYS, selectKeys, selectPattern } from '../../../src/keys/key-selection.js';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CacheStore, Lease, RefreshLease } from '@gad/cache/store';
import { encodeEnvelope, envelopeHead } from '../../../src/values/envelope.js';
import { deferred, engineOver, redisPair, until } from '../../support/fixtures.js';
import { storePairs } from '../../support/store-pairs.js';

const MS = 5_000;
const TERMS = { leaseMs: 5_000, replace: false };
/** A value that may be refreshed, under the id of its filling. */
const FILLING = (id: string): string =>
  encodeEnvelope({ id, staleMs: 60_000, loadMs: 0, codec: '', payload: '1' });

async function leased(store: CacheStore, key: string): Promise<Lease> {
  const answer = await store.acquire(key, TERMS, MS);
  if (answer.state !== 'owned') throw new Error(`${key} is ${answer.state}`);
  return answer.lease;
}

/** Whether the promise resolves long before its own bound. */
function soon(woken: Promise<void>): Promise<'woken' | 'asleep'> {
  return Promise.race([
    woken.then(() => 'woken' as const),
    sleep(5_000, 'asleep' as const, { ref: false }),
  ]);
}

const { pairs, server } = storePairs();

describe.each(pairs)('Leases, on the %s:', (_, pair) => {
  let mine: CacheStore;
  let theirs: CacheStore;

  beforeEach(async () => {
    [mine, theirs] = await pair();
  });
  afterEach(() => Promise.all([mine.close(), theirs.close()]));

  it('an old lease neither fills nor releases a newer one', async () => {
    const old = await leased(mine, 'k');
    await theirs.remove(selectKeys(['k']));
    const current = await leased(theirs, 'k');
    expect(await mine.fill(old, '"old"', undefined, MS)).toBe(false);
    expect(await mine.release(old, MS)).toBe(false);
    expect((await mine.acquire('k', TERMS, MS)).state).toBe('wait');
    expect(await theirs.fill(current, '"new"', undefined, MS)).toBe(true);
    expect(await mine.read('k', MS)).toBe('"new"');
  });

  it('a failed loader releases the key at once', async () => {
    const cache = engineOver(mine);
    const other = engineOver(theirs);
    const failing = cache.getOrSet('k', () => Promise.reject(new RangeError('no row')));
    await expect(failing).rejects.toThrow(RangeError);
    expect(await other.acquireLease('k')).toBeDefined();
    await theirs.remove(selectKeys(['k']));
    expect(await cache.getOrSet<unknown>('k', () => undefined)).toBeUndefined();
    expect(await other.acquireLease('k')).toBeDefined();
  });

  it('a value as long as a lease is a value', async () => {
    const value = 'x'.repeat(35);
    expect(JSON.stringify(value)).toHaveLength(37);
    const cache = engineOver(mine);
    await cache.set('k', value);
    expect(await cache.getOrSet('k', () => 'loaded')).toBe(value);
    expect((await mine.list(undefined, undefined, 10)).items).toHaveLength(1);
    expect((await mine.statistics()).keys).toBe(1);
    expect(await cache.delete('k')).toBe(1);
  });

  const ends: [string, (lease: Lease) => Promise<unknown>][] = [
    ['a fill', (lease) => mine.fill(lease, '1', undefined, MS)],
    ['a large fill', (lease) => mine.fill(lease, `"${'x'.repeat(9_000)}"`, undefined, MS)],
    ['a store by hand', (lease) => mine.write(lease.key, '1', undefined, MS)],
    ['a release', (lease) => mine.release(lease, MS)],
    ['a removal by name', (lease) => mine.remove(selectKeys([lease.key]))],
    ['a removal by prefix', () => mine.remove(selectPattern('w:*'))],
    ['a removal by pattern', () => mine.remove(selectPattern('*:?'))],
    ['a clear', () => mine.remove(ALL_KEYS)],
  ];
  it.each(ends)('%s wakes the waiters of the key', async (_end, end) => {
    const lease = await leased(mine, 'w:1');
    const watch = theirs.watch('w:1');
    expect((await theirs.acquire('w:1', TERMS, MS)).state).toBe('wait');
    const woken = watch.changed(60_000);
    await end(lease);
    expect(await soon(woken)).toBe('woken');
    watch.close();
  });

  it.each([
    ['a refill', (turn: RefreshLease) => mine.refill(turn, FILLING('b'), undefined, MS)],
    ['a refresh without a value', (turn: RefreshLease) => mine.releaseRefresh(turn, 0, MS)],
    ['a refresh that failed', (turn: RefreshLease) => mine.releaseRefresh(turn, 60_000, MS)],
  ])('%s wakes the waiters of the key at once', async (_end, end) => {
    await mine.write('r:1', FILLING('a'), undefined, MS);
    const head = envelopeHead('a');
    const turn = { leaseMs: 60_000, force: false };
    const taken = await mine.acquireRefresh('r:1', head, turn, MS);
    if (taken.state !== 'owned') throw new Error(taken.state);
    const watch = theirs.watch('r:1');
    expect((await theirs.acquireRefresh('r:1', head, turn, MS)).state).toBe('wait');
    const woken = watch.changed(60_000);
    await end(taken.refresh);
    expect(await soon(woken)).toBe('woken');
    watch.close();
  });

  it('a wake-up before the wait is not lost', async () => {
    const lease = await leased(mine, 'k');
    const watch = theirs.watch('k');
    const first = theirs.watch('k');
    expect((await theirs.acquire('k', TERMS, MS)).state).toBe('wait');
    const changed = first.changed(60_000);
    await mine.fill(lease, '1', undefined, MS);
    expect(await soon(changed)).toBe('woken');
    expect(await soon(watch.changed(60_000))).toBe('woken');
    watch.close();
    first.close();
  });

  it('a reader in another process is served as soon as the load is done', async () => {
    const row = deferred<number>();
    const cache = engineOver(mine);
    const other = engineOver(theirs);
    const first = cache.getOrSet('k', () => row.promise);
    await until(() => cache.counts().loads === 1);
    const second = other.getOrSet('k', () => 2);
    await until(() => other.counts().waits === 1);
    row.resolve(1);
    expect(await Promise.all([first, second])).toEqual([1, 1]);
    expect(other.counts().loads).toBe(0);
  });
});

describe('A lease in Redis', () => {
  it('a lease that is not filled expires', async () => {
    const [store, other] = await redisPair(server)();
    await leased(store, 'k');
    const ttl = Number(await server().command('PTTL', 'gad:k'));
    expect(ttl).toBeGreaterThan(TERMS.leaseMs);
    expect(ttl).toBeLessThanOrEqual(10 * TERMS.leaseMs);
    await Promise.all([store.close(), other.close()]);
  });
});
