import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createClient } from 'redis';
import { ownDatabase, ownRedis } from './suite-servers.js';

describe('the servers that the suites of a run share', () => {
  it('the shared servers of a run give every caller an empty database of its own', async () => {
    const [first, second] = await Promise.all([ownDatabase(), ownDatabase()]);
    expect(first).not.toBe(second);
    const client = new pg.Client({ connectionString: first });
    await client.connect();
    const tables = await client.query(
      `SELECT 1 FROM information_schema.tables WHERE table_schema = 'public'`,
    );
    const settings = await client.query<{ encoding: string; collation: string }>(
      `SELECT pg_encoding_to_char(encoding) AS encoding, datcollate AS collation
         FROM pg_database WHERE datname = current_database()`,
    );
    await client.end();
    expect(tables.rowCount).toBe(0);
    expect(settings.rows).toEqual([{ encoding: 'UTF8', collation: 'C' }]);
  });

  it('the shared servers of a run give every worker an empty numbered Redis database', async () => {
    const url = await ownRedis();
    const client = await createClient({ url }).connect();
    await client.set('resto', 'de otra prueba');
    expect(await ownRedis()).toBe(url);
    expect(await client.dbSize()).toBe(0);
    await client.close();
  });
});
