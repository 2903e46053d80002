import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeEnvelope, envelopeHead } from '../values/envelope.js';
import type { CacheStore, Lease } from '../store/cache-store.js';
import type { Fact, Removals } from './refresh-contract.js';
import { ALL_KEYS, selectKeys } from '../keys/key-selection.js';

const MS = 10_000;
const MARKED_MS = 5_000;
// A period whose end a case waits for; long enough for a slow machine to act before it.
const BRIEF_MS = 500;
const LEASE = { leaseMs: 5_000, replace: false };
const TURN = { leaseMs: 5_000, force: false };
const HEAD = envelopeHead('a');

const filling = (id: string): string =>
  encodeEnvelope({ id, staleMs: 1_000, loadMs: 0, codec: '', payload: '1' });

async function leased(store: CacheStore, key: string): Promise<Lease> {
  const answer = await store.acquire(key, LEASE, MS);
  assert.equal(answer.state, 'owned');
  return answer.lease;
}

async function marked(store: CacheStore, key: string, forMs = MARKED_MS): Promise<Lease> {
  const lease = await leased(store, key);
  assert.equal(await store.release(lease, MS, forMs), true);
  return lease;
}

async function onlyOneLoads(store: CacheStore, key: string): Promise<void> {
  await leased(store, key);
  assert.equal((await store.acquire(key, LEASE, MS)).state, 'wait');
}

/** Contract for keys whose loads yield nothing to store. */
export function hitForMissContract(fact: Fact, removals: Removals): void {
  fact('lets all callers load side by side after a load without a value', async (store) => {
    await marked(store, 'k');
    const leases = [await leased(store, 'k'), await leased(store, 'k'), await leased(store, 'k')];
    assert.equal(new Set(leases.map(({ token }) => token)).size, 1);
  });

  fact(
    'has no value while the marker lasts: none is read, listed, described or counted',
    async (store) => {
      await marked(store, 'k');
      assert.equal(await store.read('k', MS), undefined);
      assert.equal(await store.readWithLife('k', 'approximate', MS), undefined);
      assert.equal(await store.describe('k'), undefined);
      assert.deepEqual((await store.list(undefined, undefined, 9)).items, []);
      assert.equal(await store.remove(ALL_KEYS), 0);
    },
  );

  fact('stores the first value of concurrent loads, which ends the marker', async (store) => {
    const first = await marked(store, 'k');
    const [second, third] = [await leased(store, 'k'), await leased(store, 'k')];
    assert.equal(await store.fill(second, '1', undefined, MS), true);
    assert.equal(await store.fill(third, '2', undefined, MS), false);
    assert.equal(await store.release(first, MS, MARKED_MS), false);
    assert.equal(await store.read('k', MS), '1');
    await store.remove(selectKeys(['k']));
    await onlyOneLoads(store, 'k');
  });

  fact('keeps the marker when another load ends without a value', async (store) => {
    const lease = await marked(store, 'k');
    assert.equal(await store.release(lease, MS), true);
    await leased(store, 'k');
    assert.equal(await store.release(await leased(store, 'k'), MS, MARKED_MS), true);
    await leased(store, 'k');
    await leased(store, 'k');
  });

  fact('lets one caller load at a time again when the marker has expired', async (store) => {
    await marked(store, 'k', BRIEF_MS);
    await sleep(BRIEF_MS + 20);
    await onlyOneLoads(store, 'k');
  });

  fact('ends the marker with a value written by hand', async (store) => {
    const lease = await marked(store, 'k');
    await store.write('k', '1', undefined, MS);
    assert.equal((await store.acquire('k', LEASE, MS)).state, 'present');
    assert.equal(await store.release(lease, MS, MARKED_MS), false);
  });

  for (const [what, remove] of removals) {
    fact(`ends the marker, and the right to fill, after ${what}`, async (store) => {
      await marked(store, 'stats:2');
      const lease = await leased(store, 'stats:2');
      assert.equal(await remove(store), 0);
      assert.equal(await store.fill(lease, '1', undefined, MS), false);
      assert.equal(await store.release(lease, MS, MARKED_MS), false);
      await onlyOneLoads(store, 'stats:2');
    });
  }

  fact('lets waiting callers refresh side by side, but no background refresh', async (store) => {
    await store.write('k', filling('a'), undefined, MS);
    const lease = await store.acquireRefresh('k', HEAD, TURN, MS);
    assert.equal(lease.state, 'owned');
    assert.equal(await store.releaseRefresh(lease.refresh, 0, MS, MARKED_MS), true);
    const one = await store.acquireRefresh('k', HEAD, TURN, MS);
    const two = await store.acquireRefresh('k', HEAD, TURN, MS);
    assert.ok(one.state === 'owned' && two.state === 'owned');
    const background = await store.acquireRefresh('k', HEAD, { ...TURN, background: true }, MS);
    assert.equal(background.state, 'backoff');
    assert.equal(await store.releaseRefresh(one.refresh, 0, MS, MARKED_MS), true);
    assert.equal(await store.refill(two.refresh, filling('b'), undefined, MS), true);
    assert.equal(await store.refill(one.refresh, filling('c'), undefined, MS), false);
  });

  fact(
    'lets one refresh at a time when another fill is stored, or after the marker has expired',
    async (store) => {
      const marks = async (forMs: number): Promise<void> => {
        await store.write('k', filling('a'), undefined, MS);
        const lease = await store.acquireRefresh('k', HEAD, TURN, MS);
        assert.equal(lease.state, 'owned');
        await store.releaseRefresh(lease.refresh, 0, MS, forMs);
      };
      await marks(MARKED_MS);
      await store.write('k', filling('b'), undefined, MS);
      const other = envelopeHead('b');
      const begun = await store.acquireRefresh('k', other, TURN, MS);
      assert.equal(begun.state, 'owned');
      assert.equal((await store.acquireRefresh('k', other, TURN, MS)).state, 'wait');
      // The end of another refresh leaves no marker over the lease that is held.
      const forced = await store.acquireRefresh('k', other, { ...TURN, force: true }, MS);
      assert.equal(forced.state, 'owned');
      assert.equal(await store.releaseRefresh(forced.refresh, 0, MS, MARKED_MS), true);
      assert.equal((await store.acquireRefresh('k', other, TURN, MS)).state, 'wait');
      await store.releaseRefresh(begun.refresh, 0, MS);
      await marks(BRIEF_MS);
      await sleep(BRIEF_MS + 20);
      assert.equal((await store.acquireRefresh('k', HEAD, TURN, MS)).state, 'owned');
      assert.equal((await store.acquireRefresh('k', HEAD, TURN, MS)).state, 'wait');
    },
  );

  fact('wakes waiters when a load ends without a value', async (store) => {
    const lease = await leased(store, 'k');
    const watch = store.watch('k');
    assert.equal((await store.acquire('k', LEASE, MS)).state, 'wait');
    const woken = watch.changed(10_000);
    await store.release(lease, MS, MARKED_MS);
    await woken;
    watch.close();
  });
}
