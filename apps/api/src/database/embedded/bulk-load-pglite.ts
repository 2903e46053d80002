import type { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import type { Copy } from '../bulk-loader.js';
import type { Db } from '../database.js';
import * as schema from '../schema.js';

/**
 * `BulkLoader.bulkLoad` by COPY from `/dev/blob`, where PGlite shows a blob as a file. PGlite's own
 * `transaction` gives out no handle that Drizzle takes as well, so the transaction spans the one
 * connection: this database must have no other user meanwhile, and in the seed it has none.
 */
export async function bulkLoadPglite<T>(
  client: PGlite,
  work: (tx: Db, copy: Copy) => Promise<T>,
): Promise<T> {
  const copy: Copy = async (target, chunks) => {
    for (const chunk of chunks) {
      await client.query(`copy ${target} from '/dev/blob'`, [], { blob: new Blob([chunk]) });
    }
  };
  await client.exec('begin');
  try {
    const result = await work(drizzle(client, { schema }), copy);
    await client.exec('commit');
    await client.exec('vacuum (analyze) usuarios, tareas');
    return result;
  } catch (error) {
    await client.exec('rollback');
    throw error;
  }
}
