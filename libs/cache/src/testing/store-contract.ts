import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CacheStore, Lease } from '../store/cache-store.js';
import { hitForMissContract } from './hit-for-miss-contract.js';
import { listingContract } from './listing-contract.js';
import { refreshContract } from './refresh-contract.js';
import { ALL_KEYS, selectKeys, selectPattern } from '../keys/key-selection.js';

/** The two functions of a test runner that the suite needs: Jest's, Vitest's or `node:test`'s. */
export interface TestRunner {
  readonly describe: (name: string, body: () => void) => void;
  readonly it: (name: string, body: () => Promise<void>) => void;
}

// Long, so that a slow machine does not look like a slow store.
const MS = 10_000;
const TERMS = { leaseMs: 5_000, replace: false };
// A period whose end a case waits for; long enough for a slow machine to act before it.
const BRIEF_MS = 500;

async function leased(store: CacheStore, key: string): Promise<Lease> {
  const answer = await store.acquire(key, TERMS, MS);
  assert.equal(answer.state, 'owned');
  return answer.lease;
}

/**
 * The contract of stores, as a test suite for any store.
 *
 * @param makeStore returns an opened, empty store; the suite closes it after each case
 */
export function storeContract(
  name: string,
  makeStore: () => Promise<CacheStore>,
  { describe, it }: TestRunner,
): void {
  const fact = (title: string, body: (store: CacheStore) => Promise<void>): void =>
    it(title, async () => {
      const store = await makeStore();
      try {
        await body(store);
      } finally {
        await store.close();
      }
    });

  describe(`${name} keeps values`, () => {
    fact('reads back what was written, and nothing elsewhere', async (store) => {
      await store.write('a', '{"n":1}', undefined, MS);
      assert.equal(await store.read('a', MS), '{"n":1}');
      assert.equal(await store.read('b', MS), undefined);
      assert.deepEqual(await store.readMany(['b', 'a', 'a'], MS), [
        undefined,
        '{"n":1}',
        '{"n":1}',
      ]);
    });

    fact('keeps large and non-Latin texts whole', async (store) => {
      const text = JSON.stringify('ñandú 😀 '.repeat(20_000));
      await store.write('grande', text, 60_000, MS);
      assert.equal(await store.read('grande', MS), text);
      assert.equal((await store.describe('grande'))?.bytes, Buffer.byteLength(text));
      const lease = await leased(store, 'grande:2');
      assert.equal(await store.fill(lease, text, undefined, MS), true);
      assert.deepEqual(await store.readWithLife('grande:2', 'approximate', MS), {
        text,
        ttlMs: null,
      });
    });

    fact('forgets a value when it expires, and knows its remaining life', async (store) => {
      await store.write('breve', '1', 40, MS);
      await store.write('largo', '1', 60_000, MS);
      const left = (await store.readWithLife('largo', 'approximate', MS))?.ttlMs ?? 0;
      assert.ok(left > 50_000 && left <= 60_000, `ttl is ${left}`);
      await sleep(60);
      assert.equal(await store.read('breve', MS), undefined);
      assert.equal(await store.describe('breve'), undefined);
    });

    fact('replaces the life of a value together with the value', async (store) => {
      await store.write('k', '1', 60_000, MS);
      await store.write('k', '2', undefined, MS);
      assert.deepEqual(await store.readWithLife('k', 'approximate', MS), {
        text: '2',
        ttlMs: null,
      });
    });
  });

  describe(`${name} leases keys`, () => {
    fact('fills while the lease stands, once', async (store) => {
      const lease = await leased(store, 'k');
      assert.equal(await store.read('k', MS), undefined);
      assert.equal(await store.fill(lease, '1', 60_000, MS), true);
      assert.equal(await store.read('k', MS), '1');
      assert.equal(await store.fill(lease, '2', 60_000, MS), false);
      assert.equal(await store.read('k', MS), '1');
    });

    fact('makes a second load wait, and lets it through after the lease', async (store) => {
      await store.acquire('k', { leaseMs: BRIEF_MS, replace: false }, MS);
      const second = await store.acquire('k', TERMS, MS);
      assert.equal(second.state, 'wait');
      assert.ok(second.forMs > 0 && second.forMs <= BRIEF_MS);
      await sleep(BRIEF_MS + 10);
      assert.equal((await store.acquire('k', TERMS, MS)).state, 'owned');
    });

    fact(
      'lets a load that outlasted its lease still fill, unless another was first',
      async (store) => {
        const slow = await store.acquire('k', { leaseMs: BRIEF_MS, replace: false }, MS);
        assert.equal(slow.state, 'owned');
        await sleep(BRIEF_MS + 10);
        const quick = await leased(store, 'k');
        assert.equal(await store.fill(slow.lease, '1', undefined, MS), true);
        assert.equal(await store.fill(quick, '2', undefined, MS), false);
        assert.equal(await store.read('k', MS), '1');
      },
    );

    fact('answers present for a value, and replaces it only if asked to', async (store) => {
      await store.write('k', 'broken', undefined, MS);
      assert.equal((await store.acquire('k', TERMS, MS)).state, 'present');
      const taken = await store.acquire('k', { ...TERMS, replace: true }, MS);
      assert.equal(taken.state, 'owned');
      assert.equal(await store.fill(taken.lease, '1', undefined, MS), true);
      assert.equal(await store.read('k', MS), '1');
    });

    for (const [what, remove] of removals) {
      fact(`refuses a fill after ${what}`, async (store) => {
        const lease = await leased(store, 'stats:2');
        assert.equal(await remove(store), 0);
        assert.equal(await store.fill(lease, '1', undefined, MS), false);
        assert.equal(await store.read('stats:2', MS), undefined);
      });
    }

    fact('refuses a fill after the key was written by hand', async (store) => {
      const lease = await leased(store, 'k');
      await store.write('k', '"newer"', undefined, MS);
      assert.equal(await store.fill(lease, '"older"', undefined, MS), false);
      assert.equal(await store.read('k', MS), '"newer"');
    });

    fact('lets the next caller load at once after a release', async (store) => {
      const lease = await leased(store, 'k');
      assert.equal(await store.release(lease, MS), true);
      assert.equal((await store.acquire('k', TERMS, MS)).state, 'owned');
      await store.remove(selectKeys(['k']));
      assert.equal(await store.release(lease, MS), false);
    });

    fact('wakes waiters on fill, write, release and removal', async (store) => {
      const ends: ((lease: Lease) => Promise<unknown>)[] = [
        (lease) => store.fill(lease, '1', undefined, MS),
        (lease) => store.write(lease.key, '1', undefined, MS),
        (lease) => store.release(lease, MS),
        (lease) => store.remove(selectKeys([lease.key])),
        () => store.remove(selectPattern('w:*')),
        () => store.remove(selectPattern('*:?')),
        () => store.remove(ALL_KEYS),
      ];
      for (const [index, end] of ends.entries()) {
        const key = `w:${index}`;
        const lease = await leased(store, key);
        const watch = store.watch(key);
        assert.equal((await store.acquire(key, TERMS, MS)).state, 'wait');
        const woken = watch.changed(10_000);
        await end(lease);
        await woken;
        watch.close();
      }
    });
  });

  describe(`${name} refreshes`, () => {
    refreshContract(fact, removals);
  });

  describe(`${name} marks a key that yields nothing to store`, () => {
    hitForMissContract(fact, removals);
  });

  describe(`${name} removes`, () => {
    fact('by name, counting values only', async (store) => {
      await store.write('a', '1', undefined, MS);
      await store.write('b', '1', undefined, MS);
      await leased(store, 'c');
      assert.equal(await store.remove(selectKeys(['a', 'b', 'c', 'nada'])), 2);
      assert.deepEqual(await store.readMany(['a', 'b', 'c'], MS), [
        undefined,
        undefined,
        undefined,
      ]);
    });

    fact('what could not be read, unless something else is there', async (store) => {
      for (const text of ['{broken', '', 'x'.repeat(9_000)]) {
        await store.write('k', text, undefined, MS);
        assert.equal(await store.discard('k', `${text}.`, MS), false);
        assert.equal(await store.read('k', MS), text);
        assert.equal(await store.discard('k', text, MS), true);
        assert.equal(await store.discard('k', text, MS), false);
      }
      assert.deepEqual((await store.list(undefined, undefined, 9)).items, []);
      const lease = await leased(store, 'k');
      assert.equal(await store.discard('k', '{broken', MS), false);
      assert.equal(await store.fill(lease, '1', undefined, MS), true);
    });

    fact('by pattern, exactly what matches', async (store) => {
      const keys = ['stats:user:2:days:7', 'stats:user:2:days:30', 'stats:user:20:days:7', 'x'];
      for (const key of keys) await store.write(key, '1', undefined, MS);
      assert.equal(await store.remove(selectPattern('stats:user:2:*')), 2);
      assert.equal(await store.remove(selectPattern('*:days:[0-7]')), 1);
      assert.equal(await store.remove(selectPattern('nada*')), 0);
      assert.equal(await store.read('x', MS), '1');
    });

    fact('everything, in more than one chunk', async (store) => {
      await Promise.all(
        Array.from({ length: 1_050 }, (_, n) => store.write(`k:${n}`, '1', undefined, MS)),
      );
      assert.equal(await store.remove(selectPattern('k:1*')), 161);
      assert.equal(await store.remove(selectPattern('k:*3')), 89);
      assert.equal(await store.remove(ALL_KEYS), 1_050 - 161 - 89);
      assert.equal((await store.statistics()).keys, 0);
    });
  });

  describe(`${name} shows`, () => listingContract(fact, leased));
}

const removals: readonly (readonly [string, (store: CacheStore) => Promise<number>])[] = [
  ['the key was removed', (store) => store.remove(selectKeys(['stats:2']))],
  ['a prefix of it was removed', (store) => store.remove(selectPattern('stats:*'))],
  ['a pattern matched it', (store) => store.remove(selectPattern('*s:[0-9]'))],
  ['everything was removed', (store) => store.remove(ALL_KEYS)],
];
