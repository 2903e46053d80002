import { AsyncLocalStorage } from 'node:async_hooks';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { Injectable } from '@nestjs/common';
import { invalidateAfterCommit } from '@gad/cache/transactions';
import { PriceTable, startPrices } from '../support/price-table.js';
import { Prices } from '../support/prices-service.js';
import { describeTransactions } from '../support/describe-transactions.js';

type Database = ReturnType<typeof drizzle>;
type Connection = Pick<Database, 'execute'>;

describeTransactions('Drizzle', async () => {
  const table = await PriceTable.create();
  const db = drizzle(table.pool);
  invalidateAfterCommit(db, 'transaction');
  const current = new AsyncLocalStorage<Connection>();
  const connection = (): Connection => current.getStore() ?? db;

  @Injectable()
  class DrizzlePrices extends Prices {
    async read(id: number): Promise<number> {
      const { rows } = await connection().execute<{ n: number }>(
        sql`SELECT n FROM prices WHERE id = ${id}`,
      );
      return rows[0]?.n ?? NaN;
    }

    async write(id: number, n: number): Promise<void> {
      await connection().execute(sql`UPDATE prices SET n = ${n} WHERE id = ${id}`);
    }
  }

  const { cache, prices, module } = await startPrices(DrizzlePrices);
  return {
    cache,
    prices,
    inTransaction: (work) => db.transaction((tx) => current.run(tx, work)),
    committed: table.committed,
    holdCommit: table.holdCommit,
    close: async () => {
      await module.close();
      await table.pool.end();
    },
  };
});
