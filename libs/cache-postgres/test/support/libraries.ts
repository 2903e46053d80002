import { drizzle as drizzleClient } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { DataSource, type EntityManager } from 'typeorm';
import { inTransaction, invalidateAfterCommit } from '@gad/cache/transactions';
import { drizzle, pg as viaPg, typeOrm } from '@gad/cache-postgres';
import type { LibrarySide } from './record-contract.js';

/** node-postgres, whose transactions the application writes itself. */
export function openPg(url: string): LibrarySide<pg.PoolClient> {
  const pool = new pg.Pool({ connectionString: url });
  const unannounced = async <T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> => {
    const client = await pool.connect();
    try {
      await client.query('begin');
      const result = await work(client);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback');
      throw error;
    } finally {
      client.release();
    }
  };
  return {
    via: viaPg,
    unannounced,
    inTransaction: (work) => inTransaction(unannounced, work),
    close: () => pool.end(),
  };
}

type Drizzle = ReturnType<typeof drizzleClient>;
type DrizzleTx = Parameters<Parameters<Drizzle['transaction']>[0]>[0];

export function openDrizzle(url: string): LibrarySide<DrizzleTx> {
  const pool = new pg.Pool({ connectionString: url });
  const [db, other] = [drizzleClient(pool), drizzleClient(pool)];
  invalidateAfterCommit(db, 'transaction');
  return {
    via: drizzle,
    inTransaction: (work) => db.transaction(work),
    unannounced: (work) => other.transaction(work),
    close: () => pool.end(),
  };
}

export async function openTypeOrm(url: string): Promise<LibrarySide<EntityManager>> {
  const open = (): Promise<DataSource> => new DataSource({ type: 'postgres', url }).initialize();
  const [source, other] = [await open(), await open()];
  invalidateAfterCommit(source.manager, 'transaction');
  return {
    via: typeOrm,
    inTransaction: (work) => source.manager.transaction(work),
    unannounced: (work) => other.manager.transaction(work),
    close: async () => {
      await source.destroy();
      await other.destroy();
    },
  };
}
