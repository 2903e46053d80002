import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { DataSource } from 'typeorm';
import {
  addTransactionalDataSource,
  deleteDataSourceByName,
  initializeTransactionalContext,
  Propagation,
  runInTransaction,
  StorageDriver,
} from 'typeorm-transactional';
import { invalidateAfterCommit } from '@gad/cache/transactions';
import { PriceTable, startPrices } from '../support/price-table.js';
import type { TransactionSide } from '../support/transaction-contract.js';
import { describeTransactions } from '../support/describe-transactions.js';
import { openDataSource, pricesOver } from '../support/typeorm-prices.js';

initializeTransactionalContext({ storageDriver: StorageDriver.ASYNC_LOCAL_STORAGE });

describeTransactions('TypeORM', async () => {
  const table = await PriceTable.create();
  const source = await openDataSource(table.url);
  invalidateAfterCommit(source.manager, 'transaction');
  const current = new AsyncLocalStorage<EntityManager>();
  const prices = pricesOver((text, values) =>
    (current.getStore() ?? source.manager).query(text, values),
  );
  return {
    ...(await sideOf(table, source, prices)),
    inTransaction: (work) => source.transaction((manager) => current.run(manager, work)),
  };
});

describeTransactions('typeorm-transactional', async () => {
  const table = await PriceTable.create();
  const source = await openDataSource(table.url);
  addTransactionalDataSource(source);
  invalidateAfterCommit(source.manager, 'transaction', {
    inside: () => source.manager.queryRunner?.isTransactionActive === true,
  });
  const side = await sideOf(
    table,
    source,
    pricesOver((text, values) => source.query(text, values)),
  );
  return {
    ...side,
    inTransaction: (work) => runInTransaction(work),
    outside: (work) => runInTransaction(work, { propagation: Propagation.NOT_SUPPORTED }),
    close: async () => {
      deleteDataSourceByName('default');
      await side.close();
    },
  };
});

describe('Transactions that were not announced', () => {
  it('a removal before the commit of a typeorm-transactional transaction is reported', async () => {
    const warnings: string[] = [];
    const table = await PriceTable.create();
    const source = addTransactionalDataSource(await openDataSource(table.url));
    const { prices, module } = await startPrices(
      pricesOver((text, values) => source.query(text, values)),
      { providers: [{ provide: DataSource, useValue: source }] },
    );
    // Nest's testing module has set one of its own.
    Logger.overrideLogger({
      ...{ log: () => undefined, error: () => undefined },
      warn: (message: string) => void warnings.push(message),
    });
    try {
      await prices.change(1, 11);
      expect(warnings).toEqual([]);
      await runInTransaction(() => prices.change(1, 12));
      expect(warnings).toEqual([expect.stringContaining('before the commit')]);
    } finally {
      await module.close();
      await source.destroy();
      await table.pool.end();
      deleteDataSourceByName('default');
      Logger.overrideLogger(undefined as never);
    }
  });
});

async function sideOf(
  table: PriceTable,
  source: DataSource,
  type: ReturnType<typeof pricesOver>,
): Promise<Omit<TransactionSide, 'inTransaction'>> {
  const { cache, prices, module } = await startPrices(type);
  return {
    cache,
    prices,
    committed: table.committed,
    holdCommit: table.holdCommit,
    close: async () => {
      await module.close();
      await source.destroy();
      await table.pool.end();
    },
  };
}
