import { sql } from 'drizzle-orm';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import { drizzle } from 'drizzle-orm/node-postgres';
import { Global, Injectable, Module } from '@nestjs/common';
import { ClsPluginTransactional, Propagation, TransactionHost } from '@nestjs-cls/transactional';
import { TransactionalAdapterDrizzleOrm } from '@nestjs-cls/transactional-adapter-drizzle-orm';
import { ClsModule } from 'nestjs-cls';
import { invalidateAfterCommit } from '@gad/cache/transactions';
import { PriceTable, startPrices } from '../../libs/cache/test/support/price-table.js';
import { Prices } from '../../libs/cache/test/support/prices-service.js';
import type { TransactionSide } from '../../libs/cache/test/support/transaction-contract.js';

const DATABASE = Symbol('DATABASE');

/** The part of Drizzle's client that the rows need; the adapter's types lose it. */
type Connection = Pick<NodePgDatabase, 'execute'>;

/** Prices behind `@nestjs-cls/transactional` with its Drizzle adapter. */
export async function startNestjsCls(announced = true): Promise<TransactionSide> {
  const table = await PriceTable.create();
  const db = drizzle(table.pool);
  if (announced) {
    invalidateAfterCommit(db, 'transaction', {
      inside: () => TransactionHost.getInstance().isTransactionActive(),
    });
  }

  @Global()
  @Module({ providers: [{ provide: DATABASE, useValue: db }], exports: [DATABASE] })
  class DatabaseModule {}

  @Injectable()
  class ClsPrices extends Prices {
    constructor(private readonly host: TransactionHost) {
      super();
    }

    async read(id: number): Promise<number> {
      const { rows } = await this.#connection.execute<{ n: number }>(
        sql`SELECT n FROM prices WHERE id = ${id}`,
      );
      return rows[0]?.n ?? NaN;
    }

    async write(id: number, n: number): Promise<void> {
      await this.#connection.execute(sql`UPDATE prices SET n = ${n} WHERE id = ${id}`);
    }

    get #connection(): Connection {
      return this.host.tx as Connection; // of the Drizzle adapter
    }
  }

  const plugin = new ClsPluginTransactional({
    imports: [DatabaseModule],
    adapter: new TransactionalAdapterDrizzleOrm({ drizzleInstanceToken: DATABASE }),
  });
  const { cache, prices, module } = await startPrices(ClsPrices, {
    imports: [DatabaseModule, ClsModule.forRoot({ plugins: [plugin] })],
  });
  const host = module.get(TransactionHost);
  return {
    cache,
    prices,
    inTransaction: (work) => host.withTransaction(work),
    outside: (work) => host.withTransaction(Propagation.NotSupported, work),
    committed: table.committed,
    holdCommit: table.holdCommit,
    close: async () => {
      await module.close();
      await table.pool.end();
    },
  };
}
