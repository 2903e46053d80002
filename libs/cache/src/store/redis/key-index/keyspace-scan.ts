import type { AnyPassage, RedisConnection } from '../connection/redis-connection.js';
import { asBytes, asList } from '../replies.js';

const SCAN_COUNT = 1_000;

/**
 * Names that match a glob, by scanning the whole database in batches. Redis returns every name that
 * exists from beginning to end, some of them twice, and guarantees nothing about others.
 */
export async function* scanNames(
  connection: RedisConnection,
  pattern: string,
  withinMs: number,
  passage: AnyPassage = 'always',
): AsyncGenerator<Buffer[], void, undefined> {
  const { generation } = connection;
  let cursor = '0';
  do {
    const command = ['SCAN', cursor, 'MATCH', pattern, 'COUNT', String(SCAN_COUNT)];
    const [next, names] = asList(await connection.sendForBytes(command, withinMs, passage));
    // A cursor is invalid on another server.
    connection.assertGeneration(generation);
    cursor = asBytes(next).toString();
    yield asList(names).map(asBytes);
  } while (cursor !== '0');
}
