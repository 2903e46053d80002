import { createClient } from 'redis';
import { PREFIX } from './own-adapters.js';

/** Adapters over our engine that keep a key index. */
const INDEXED = [
  ...['gad', 'gad-swr', 'gad-local', 'gad-local-barrier'],
  ...['gad-token', 'gad-set-by-hand'],
];
const INDEX = `${PREFIX}\0index`;

/** How many values and leases the key index does not know, seen from outside the library. */
export async function auditIndex(adapter: string, redisUrl: string): Promise<number | undefined> {
  if (!INDEXED.includes(adapter)) return undefined;
  const client = createClient({ url: redisUrl });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const sentinels = await client.zRangeByLex(INDEX, '[\0s', '(\0t');
    if (sentinels.length !== 1) throw new Error('the key index says that it is not complete');
    let unindexed = 0;
    let values = 0;
    for await (const names of client.scanIterator({ MATCH: `${PREFIX}stats:*`, COUNT: 1_000 })) {
      for (const name of names) {
        values++;
        if ((await client.zScore(INDEX, name.slice(PREFIX.length))) === null) unindexed++;
      }
    }
    if (values === 0) throw new Error('no values to audit');
    return unindexed;
  } finally {
    client.destroy();
  }
}
