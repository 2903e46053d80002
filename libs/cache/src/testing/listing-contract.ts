import assert from 'node:assert/strict';
import { Glob } from '../keys/glob.js';
import { selectPattern } from '../keys/key-selection.js';
import type { Fact, TakeLease } from './refresh-contract.js';

const MS = 10_000;

/** Contract of listings, descriptions and statistics. */
export function listingContract(fact: Fact, leased: TakeLease): void {
  fact('keys in byte order, a page at a time, without leases', async (store) => {
    for (const key of ['b', 'a:2', 'a:1', 'ñ', 'a:3']) await store.write(key, '12', 9_000, MS);
    await leased(store, 'a:0');
    const first = await store.list(undefined, undefined, 2);
    assert.deepEqual(
      first.items.map(({ key, bytes }) => [key, bytes]),
      [
        ['a:1', 2],
        ['a:2', 2],
      ],
    );
    const second = await store.list(undefined, first.next, 2);
    assert.deepEqual(
      second.items.map(({ key }) => key),
      ['a:3', 'b'],
    );
    const third = await store.list(undefined, second.next, 2);
    assert.deepEqual(
      third.items.map(({ key }) => key),
      ['ñ'],
    );
    assert.equal(third.next, undefined);
    const matching = await store.list(new Glob('a:*'), 'a:1', 10);
    assert.deepEqual(
      matching.items.map(({ key }) => key),
      ['a:2', 'a:3'],
    );
  });

  fact('no name that begins with ~~, which is read and removed like any other', async (store) => {
    await store.write('~~a', '1', undefined, MS);
    await store.write('b', '1', undefined, MS);
    const { items } = await store.list(undefined, undefined, 9);
    assert.deepEqual(
      items.map(({ key }) => key),
      ['b'],
    );
    assert.equal((await store.statistics()).keys, 1);
    assert.equal(await store.read('~~a', MS), '1');
    assert.equal(await store.remove(selectPattern('~~*')), 1);
    assert.equal(await store.read('~~a', MS), undefined);
  });

  fact(
    'how many keys go on from a prefix, by their next segment, a page at a time',
    async (store) => {
      if (store.branches === undefined) return;
      const names = ['a', 'a-b', 'a:1', 'a:1:x', 'a:10', 'b::c', 'b:', 'ñ:1', '~~a:1'];
      for (const key of names) await store.write(key, '1', 9_000, MS);
      const level = async (prefix: string, limit: number): Promise<unknown[]> => {
        const found: unknown[] = [];
        let from: Buffer | undefined;
        do {
          const page = await store.branches?.(prefix, from, limit);
          assert.ok(page !== undefined && page.items.length <= limit);
          found.push(...page.items.map(({ name, keys, isKey }) => [name, keys, isKey]));
          from = page.next;
        } while (from !== undefined);
        return found;
      };
      for (const limit of [1, 2, 100]) {
        assert.deepEqual(await level('', limit), [
          ['a', 4, true],
          ['a-b', 1, true],
          ['b', 2, false],
          ['ñ', 1, false],
        ]);
        assert.deepEqual(await level('a:', limit), [
          ['1', 2, true],
          ['10', 1, true],
        ]);
        assert.deepEqual(await level('b:', limit), [['', 2, true]]);
        assert.deepEqual(await level('~', limit), []);
        assert.deepEqual(await level('nada', limit), []);
      }
    },
  );

  fact('how many keys there are and how reads went', async (store) => {
    const before = await store.statistics();
    await store.write('a', '1', undefined, MS);
    await leased(store, 'b');
    await store.read('a', MS);
    await store.read('nada', MS);
    const after = await store.statistics();
    assert.equal(after.keys, 1);
    // A store may include its own bookkeeping reads.
    assert.ok((after.hits ?? 0) - (before.hits ?? 0) >= 1);
    assert.ok((after.misses ?? 0) - (before.misses ?? 0) >= 1);
    assert.ok((after.usedMemoryBytes ?? 0) > 0);
  });
}
