import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeEnvelope, envelopeHead } from '../values/envelope.js';
import type { CacheStore, RefreshLease, RefreshTerms } from '../store/cache-store.js';
import { ALL_KEYS, selectKeys } from '../keys/key-selection.js';

/** Declares one case of the suite. */
export type Fact = (title: string, body: (store: CacheStore) => Promise<void>) => void;

/** Takes the lease of a key. */
export type TakeLease = (store: CacheStore, key: string) => Promise<unknown>;

/** Ways to invalidate a key; a refresh that began before must be refused afterwards. */
export type Removals = readonly (readonly [string, (store: CacheStore) => Promise<number>])[];

const MS = 10_000;
// A period whose end a case waits for; long enough for a slow machine to act before it.
const BRIEF_MS = 500;
const TERMS: RefreshTerms = { leaseMs: 5_000, force: false };

const PLAIN = { staleMs: 0, loadMs: 0, codec: '' };
const filling = (id: string, payload = '1'): string =>
  encodeEnvelope({ id, staleMs: 1_000, loadMs: 0, codec: '', payload });

async function acquire(store: CacheStore, key: string, id: string): Promise<RefreshLease> {
  const answer = await store.acquireRefresh(key, envelopeHead(id), TERMS, MS);
  assert.equal(answer.state, 'owned');
  return answer.refresh;
}

/** Contract of refreshing values that are still served. */
export function refreshContract(fact: Fact, removals: Removals): void {
  fact('replaces the fill that it was begun for, its lifetime included', async (store) => {
    await store.write('k', filling('a'), undefined, MS);
    const refresh = await acquire(store, 'k', 'a');
    assert.equal(await store.read('k', MS), filling('a'));
    assert.equal(await store.refill(refresh, filling('b'), 60_000, MS), true);
    const found = await store.readWithLife('k', 'approximate', MS);
    assert.equal(found?.text, filling('b'));
    assert.ok((found?.ttlMs ?? 0) > 50_000);
    assert.equal(await store.refill(refresh, filling('c'), undefined, MS), false);
    assert.equal(await store.read('k', MS), filling('b'));
    const again = await acquire(store, 'k', 'b');
    assert.equal(await store.refill(again, filling('d'), undefined, MS), true);
    assert.deepEqual(await store.readWithLife('k', 'approximate', MS), {
      text: filling('d'),
      ttlMs: null,
    });
  });

  fact('replaces large fills', async (store) => {
    const large = (id: string): string => filling(id, JSON.stringify('ñ'.repeat(20_000)));
    await store.write('k', large('a'), 60_000, MS);
    const refresh = await acquire(store, 'k', 'a');
    assert.equal(await store.refill(refresh, large('b'), undefined, MS), true);
    assert.deepEqual(await store.readWithLife('k', 'approximate', MS), {
      text: large('b'),
      ttlMs: null,
    });
    assert.equal(await store.refill(refresh, large('c'), 60_000, MS), false);
    const next = await acquire(store, 'k', 'b');
    assert.equal(await store.refill(next, large('c'), 60_000, MS), true);
    assert.ok(((await store.readWithLife('k', 'approximate', MS))?.ttlMs ?? 0) > 50_000);
    assert.equal(await store.remove(ALL_KEYS), 1);
  });

  fact('grants one refresh lease at a time, and the next after it has expired', async (store) => {
    await store.write('k', filling('a'), undefined, MS);
    const head = envelopeHead('a');
    const brief = await store.acquireRefresh('k', head, { leaseMs: BRIEF_MS, force: false }, MS);
    assert.equal(brief.state, 'owned');
    const second = await store.acquireRefresh('k', head, TERMS, MS);
    assert.equal(second.state, 'wait');
    assert.ok(second.forMs > 0 && second.forMs <= BRIEF_MS);
    await sleep(BRIEF_MS + 10);
    const third = await acquire(store, 'k', 'a');
    assert.notEqual(third.token, brief.refresh.token);
    // The slow refresh ends; the other one still holds the lease.
    assert.equal(await store.releaseRefresh(brief.refresh, 0, MS), true);
    assert.equal((await store.acquireRefresh('k', head, TERMS, MS)).state, 'wait');
  });

  fact('lets a forced refresh run without a lease, and stores the first refill', async (store) => {
    await store.write('k', filling('a'), undefined, MS);
    const slow = await acquire(store, 'k', 'a');
    const head = envelopeHead('a');
    const other = await store.acquireRefresh('k', head, { ...TERMS, force: true }, MS);
    assert.equal(other.state, 'owned');
    assert.equal(await store.refill(other.refresh, filling('b'), undefined, MS), true);
    assert.equal(await store.refill(slow, filling('c'), undefined, MS), false);
    assert.equal(await store.read('k', MS), filling('b'));
  });

  fact('lets no process refresh after a failure, for the given backoff', async (store) => {
    await store.write('k', filling('a'), undefined, MS);
    const head = envelopeHead('a');
    assert.equal(await store.releaseRefresh(await acquire(store, 'k', 'a'), BRIEF_MS, MS), true);
    const answer = await store.acquireRefresh('k', head, TERMS, MS);
    assert.equal(answer.state, 'backoff');
    assert.ok(answer.forMs > 0 && answer.forMs <= BRIEF_MS);
    await sleep(BRIEF_MS + 10);
    assert.equal(await store.releaseRefresh(await acquire(store, 'k', 'a'), 0, MS), true);
    await acquire(store, 'k', 'a');
  });

  fact('claims a plain value, whose lifetime and payload stay, and replaces it', async (store) => {
    const claim = { ...TERMS, claim: true };
    await store.write('k', '{"n":1}', 60_000, MS);
    const answer = await store.acquireRefresh('k', envelopeHead('a'), claim, MS);
    assert.equal(answer.state, 'owned');
    const found = await store.readWithLife('k', 'approximate', MS);
    assert.equal(found?.text, encodeEnvelope({ ...PLAIN, id: 'a', payload: '{"n":1}' }));
    assert.ok((found.ttlMs ?? 0) > 50_000 && (found.ttlMs ?? 0) <= 60_000);
    const other = await store.acquireRefresh('k', envelopeHead('b'), claim, MS);
    assert.equal(other.state, 'gone');
    assert.equal((await store.acquireRefresh('k', envelopeHead('a'), TERMS, MS)).state, 'wait');
    assert.equal(await store.refill(answer.refresh, '{"n":2}', 60_000, MS), true);
    assert.equal(await store.read('k', MS), '{"n":2}');
  });

  fact('claims no lease, no fill of another and nothing at all', async (store) => {
    const claim = { ...TERMS, claim: true };
    const head = envelopeHead('a');
    assert.equal((await store.acquireRefresh('k', head, claim, MS)).state, 'gone');
    await store.write('k', filling('b'), undefined, MS);
    assert.equal((await store.acquireRefresh('k', head, claim, MS)).state, 'gone');
    assert.equal(await store.read('k', MS), filling('b'));
    assert.equal((await store.acquire('l', { leaseMs: 5_000, replace: false }, MS)).state, 'owned');
    assert.equal((await store.acquireRefresh('l', head, claim, MS)).state, 'gone');
  });

  fact('answers gone when the key has another fill, a plain value or none', async (store) => {
    const head = envelopeHead('a');
    assert.equal((await store.acquireRefresh('k', head, TERMS, MS)).state, 'gone');
    for (const text of ['1', filling('b'), filling('aa')]) {
      await store.write('k', text, undefined, MS);
      assert.equal((await store.acquireRefresh('k', head, TERMS, MS)).state, 'gone');
    }
  });

  for (const [what, remove] of removals) {
    fact(`refuses a refill of a claimed value after ${what}`, async (store) => {
      await store.write('stats:2', '1', undefined, MS);
      const claim = { ...TERMS, claim: true };
      const answer = await store.acquireRefresh('stats:2', envelopeHead('a'), claim, MS);
      assert.equal(answer.state, 'owned');
      assert.equal(await remove(store), 1);
      await store.write('stats:2', '1', undefined, MS);
      assert.equal(await store.refill(answer.refresh, '2', undefined, MS), false);
      assert.equal(await store.read('stats:2', MS), '1');
    });
    fact(`refuses a refill after ${what}`, async (store) => {
      await store.write('stats:2', filling('a'), undefined, MS);
      const refresh = await acquire(store, 'stats:2', 'a');
      assert.equal(await remove(store), 1);
      assert.equal(await store.refill(refresh, filling('b'), undefined, MS), false);
      assert.equal(await store.read('stats:2', MS), undefined);
    });

    fact(`does not confirm a fill after ${what}`, async (store) => {
      await store.write('stats:2', filling('a'), undefined, MS);
      const refresh = await acquire(store, 'stats:2', 'a');
      await remove(store);
      assert.equal(await store.releaseRefresh(refresh, 10_000, MS), false);
      await store.write('stats:2', filling('b'), undefined, MS);
      await acquire(store, 'stats:2', 'b');
    });
  }

  fact('refuses a refill of what is leased again or was written by hand', async (store) => {
    await store.write('k', filling('a'), undefined, MS);
    const refresh = await acquire(store, 'k', 'a');
    await store.remove(selectKeys(['k']));
    const lease = await store.acquire('k', { leaseMs: 5_000, replace: false }, MS);
    assert.equal(await store.refill(refresh, filling('b'), undefined, MS), false);
    assert.equal(
      lease.state === 'owned' && (await store.fill(lease.lease, '1', undefined, MS)),
      true,
    );
    assert.equal(await store.refill(refresh, filling('b'), undefined, MS), false);
    assert.equal(await store.read('k', MS), '1');
  });

  fact('wakes waiters for a refresh lease, by refill and by release', async (store) => {
    for (const end of ['refill', 'end'] as const) {
      await store.write(end, filling('a'), undefined, MS);
      const refresh = await acquire(store, end, 'a');
      const watch = store.watch(end);
      assert.equal((await store.acquireRefresh(end, envelopeHead('a'), TERMS, MS)).state, 'wait');
      const woken = watch.changed(10_000);
      if (end === 'refill') await store.refill(refresh, filling('b'), undefined, MS);
      else await store.releaseRefresh(refresh, 0, MS);
      await woken;
      watch.close();
    }
  });

  fact('keeps refresh leases out of listings, counts and removals', async (store) => {
    await store.write('k', filling('a'), undefined, MS);
    await acquire(store, 'k', 'a');
    const page = await store.list(undefined, undefined, 10);
    assert.deepEqual(
      page.items.map(({ key }) => key),
      ['k'],
    );
    assert.equal(await store.remove(ALL_KEYS), 1);
  });
}
