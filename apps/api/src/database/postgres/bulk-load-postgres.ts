import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Copy } from '../bulk-loader.js';
import type { Db } from '../database.js';
import * as schema from '../schema.js';
import { beginPinned } from '../session-settings.js';
import { dedicatedSettings } from './postgres-settings.js';

/** `BulkLoader.bulkLoad` by COPY, on a connection of its own whose statements may take their time. */
export async function bulkLoadPostgres<T>(
  url: string,
  work: (tx: Db, copy: Copy) => Promise<T>,
): Promise<T> {
  const client = new pg.Client(dedicatedSettings(url));
  // A connection that is lost between two statements reports it here; the next statement fails.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(beginPinned());
    const result = await work(drizzle(client, { schema }), (target, chunks) =>
      pipeline(Readable.from(chunks), client.query(copyFrom(`copy ${target} from stdin`))),
    );
    await client.query('commit');
    // VACUUM also marks pages as visible to all: without it there are no index-only scans.
    await client.query('vacuum (analyze) usuarios, tareas');
    return result;
  } finally {
    // Closing the connection rolls back what was not committed.
    await client.end();
  }
}
