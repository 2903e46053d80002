import type { StoreStatistics } from '../cache-store.js';
import type { KeyLayout } from './key-layout.js';
import { scanNames } from './keyspace-scan.js';
import type { RedisConnection } from './redis-connection.js';
import { asNumber, asText } from './replies.js';
import { COUNT } from './scripts/index-scripts.js';

/** Up to so many keys in the database those of the cache are counted, above it they are estimated. */
const COUNT_EXACTLY = 10_000;

/**
 * The server's figures. Hits and misses are the server's own and cover all its users; each load
 * adds one hit of the cache's own, because the fill script looks at its lease.
 *
 * Cost: `INFO`, `DBSIZE`, and for at most 10,000 keys a SCAN with a script per batch (which, unlike
 * looking into the index, does not count as keyspace hits), else `ZCARD`.
 */
export async function readStatistics(
  connection: RedisConnection,
  layout: KeyLayout,
  withinMs: number,
): Promise<StoreStatistics> {
  const [info, size] = await Promise.all([
    connection.send(['INFO'], withinMs, 'always'),
    connection.send(['DBSIZE'], withinMs, 'always'),
  ]);
  const fields = parseInfo(asText(info) ?? '');
  const databaseSize = asNumber(size);
  const keys =
    databaseSize <= COUNT_EXACTLY
      ? await countLive(connection, layout, withinMs)
      : await estimate(connection, layout, databaseSize, withinMs);
  return {
    keys,
    hits: fields('keyspace_hits'),
    misses: fields('keyspace_misses'),
    evictions: fields('evicted_keys'),
    usedMemoryBytes: fields('used_memory'),
    databaseSize,
    uptimeSeconds: fields('uptime_in_seconds'),
  };
}

async function countLive(
  connection: RedisConnection,
  layout: KeyLayout,
  withinMs: number,
): Promise<number> {
  // SCAN may name a key twice while the table is being resized.
  const seen = new Set<string>();
  let live = 0;
  for await (const names of scanNames(connection, layout.scanPattern, withinMs)) {
    const keys = names.filter((name) => {
      const id = name.toString('latin1');
      if (layout.memberOf(name) === undefined || seen.has(id)) return false;
      seen.add(id);
      return true;
    });
    if (keys.length > 0)
      live += asNumber(await connection.run(COUNT, keys, [], withinMs, 'always'));
  }
  return live;
}

/** An upper bound: the index counts leases and the lately expired as well. */
async function estimate(
  connection: RedisConnection,
  layout: KeyLayout,
  databaseSize: number,
  withinMs: number,
): Promise<number> {
  const members = asNumber(await connection.send(['ZCARD', layout.index], withinMs, 'always'));
  return members === 0 ? databaseSize : Math.min(members - 1, databaseSize);
}

function parseInfo(info: string): (field: string) => number {
  return (field) => {
    const line = info.split('\r\n').find((candidate) => candidate.startsWith(`${field}:`));
    const value = Number(line?.slice(field.length + 1));
    return Number.isFinite(value) ? value : 0;
  };
}
