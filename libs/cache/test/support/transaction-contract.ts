import assert from 'node:assert/strict';
import type { CacheService } from '@gad/cache';
import { deferred } from './fixtures.js';
import type { Prices } from './prices-service.js';

/** An application with one transaction library; the price 1 is 10. */
export interface TransactionSide {
  readonly cache: CacheService;
  readonly prices: Prices;
  /** Runs the work in a transaction of the library. */
  inTransaction<T>(work: () => Promise<T>): Promise<T>;
  /** Runs the work beside the current transaction, which stays open. */
  readonly outside?: (<T>(work: () => Promise<T>) => Promise<T>) | undefined;
  /** The committed row, read on a connection of its own. */
  committed(): Promise<number>;
  /** The next COMMIT waits for this. */
  holdCommit(gate: Promise<void>): void;
  close(): Promise<void>;
}

const ID = 1;
const KEY = 'prices:1';

/**
 * What `@CacheInvalidate` and `@CacheAside` do in transactions, with any library. Without jest, as
 * some libraries cannot be loaded there.
 */
export const TRANSACTION_CONTRACT: Readonly<
  Record<string, (side: TransactionSide) => Promise<void>>
> = {
  'readers before the commit do not keep the old value beyond it': async (side) => {
    const { prices, inTransaction, committed } = side;
    const [written, read] = [deferred<void>(), deferred<void>()];
    const write = inTransaction(async () => {
      await prices.change(ID, 99);
      written.resolve();
      await read.promise;
    });
    await written.promise;
    assert.equal(await prices.of(ID), 10);
    read.resolve();
    await write;
    assert.deepEqual([await committed(), await prices.of(ID)], [99, 99]);
  },

  'no reader stores the old value while COMMIT is held back': async (side) => {
    const { prices, inTransaction, holdCommit } = side;
    const [gate, asked] = [deferred<void>(), deferred<void>()];
    holdCommit(gate.promise);
    const write = inTransaction(async () => {
      await prices.change(ID, 99);
      asked.resolve();
    });
    await asked.promise;
    const seen = await Promise.all(Array.from({ length: 100 }, () => prices.of(ID)));
    assert.deepEqual(new Set(seen), new Set([10]));
    gate.resolve();
    await write;
    assert.equal(await prices.of(ID), 99);
  },

  'a rollback removes nothing': async ({ prices, inTransaction, committed }) => {
    await fails(inTransaction, () => prices.change(ID, 99));
    assert.deepEqual([await committed(), await prices.of(ID), prices.loads], [10, 10, 1]);
  },

  'a transaction reads what it has written, and no caller outside does': async (side) => {
    const { prices, inTransaction } = side;
    await fails(inTransaction, async () => {
      await prices.change(ID, 99);
      assert.equal(await prices.of(ID), 99);
    });
    assert.equal(await prices.of(ID), 10);
  },

  'what a transaction loads before it commits is not stored': async (side) => {
    const { prices, inTransaction, cache } = side;
    await cache.delete(KEY);
    await fails(inTransaction, async () => {
      await prices.write(ID, 99);
      assert.equal(await prices.of(ID), 99);
    });
    assert.equal(await prices.of(ID), 10);
  },

  'removals that throw wait for the commit, too': async ({ prices, inTransaction, cache }) => {
    await inTransaction(async () => {
      await prices.changeOrThrow(ID, 99);
      assert.equal(await cache.exists(KEY), true);
    });
    assert.equal(await prices.of(ID), 99);
  },

  'an invalidation beside a suspended transaction does not wait for it': async (side) => {
    const { prices, inTransaction, outside, cache } = side;
    if (outside === undefined) return;
    await inTransaction(async () => {
      await outside(() => prices.change(ID, 99));
      assert.equal(await cache.exists(KEY), false);
    });
    assert.equal(await prices.of(ID), 99);
  },
};

/** Starts an application for each rule and judges it. */
export async function judgeTransactions(
  rule: (side: TransactionSide) => Promise<void>,
  start: () => Promise<TransactionSide>,
): Promise<void> {
  const side = await start();
  try {
    assert.equal(await side.prices.of(ID), 10);
    await rule(side);
  } finally {
    await side.close();
  }
}

/** A transaction that does its work and is rolled back. */
async function fails(
  inTransaction: TransactionSide['inTransaction'],
  work: () => Promise<void>,
): Promise<void> {
  const rolledBack = inTransaction(async () => {
    await work();
    throw new Error('roll back');
  });
  await assert.rejects(rolledBack, /roll back/);
}
