import { unlessRefused } from '../../../cache-errors.js';
import { isKey, isUnlisted } from '../../../keys/key-validation.js';
import type { StoreStatistics } from '../../cache-store.js';
import type { KeyLayout } from '../key-layout.js';
import { scanNames } from './keyspace-scan.js';
import type { RedisConnection } from '../connection/redis-connection.js';
import { asBytes, asNumber } from '../replies.js';
import { COUNT } from '../scripts/compiled-scripts.js';
import { untouched } from '../untouched.js';

/** Up to this number of keys in the database those of the cache are counted, above it estimated. */
const COUNT_EXACTLY = 10_000;

/** How the keys of a cache are counted: see `CacheStore.statistics`. */
export type Counting = 'exactly' | 'index';

/**
 * The server's statistics, as far as it provides them: managed and hardened servers forbid some of
 * the commands. Hits and misses are the server's own and include all its clients; each load adds
 * one hit, because the fill script reads its lease.
 *
 * Cost: `INFO`, and with `index` `ZCARD` beside it. With `exactly` `DBSIZE` beside it, and for at
 * most 10,000 keys a SCAN with a script per batch (which, unlike reading the index, does not count
 * as keyspace hits), else `ZCARD`.
 *
 * @throws CacheUnavailableError when the store does not answer
 */
export async function readStatistics(
  connection: RedisConnection,
  layout: KeyLayout,
  withinMs: number,
  counting: Counting,
): Promise<StoreStatistics> {
  const ask = <T>(read: (reply: unknown) => T, ...command: string[]): Promise<T | undefined> =>
    unlessRefused(connection.sendForBytes(command, withinMs, 'optional').then(read));
  const [info, databaseSize, indexed] = await Promise.all([
    ask(asBytes, 'INFO'),
    counting === 'exactly' ? ask(asNumber, 'DBSIZE') : undefined,
    counting === 'index' ? ask(asNumber, 'ZCARD', layout.index) : undefined,
  ]);
  const isSmall = databaseSize !== undefined && databaseSize <= COUNT_EXACTLY;
  const counted = isSmall
    ? await unlessRefused(countLive(connection, layout, withinMs))
    : undefined;
  const isCounted = counted !== undefined || counting === 'index';
  const members = isCounted ? indexed : await ask(asNumber, 'ZCARD', layout.index);
  const field = (name: string): number | undefined => infoField(String(info), name);
  return {
    keys: counted ?? keysOf(members, databaseSize),
    hits: field('keyspace_hits'),
    misses: field('keyspace_misses'),
    evictions: field('evicted_keys'),
    usedMemoryBytes: field('used_memory'),
    databaseSize,
    indexMembers: indexed,
    uptimeSeconds: field('uptime_in_seconds'),
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
  for await (const names of scanNames(connection, layout.scanPattern, withinMs, 'optional')) {
    const keys = names.filter((name) => {
      const id = name.toString('latin1');
      const member = layout.memberOf(name);
      if (member === undefined || !isKey(member) || isUnlisted(member) || seen.has(id))
        return false;
      seen.add(id);
      return true;
    });
    if (keys.length === 0) continue;
    const send = (): Promise<unknown> => connection.run(COUNT, keys, [], withinMs, 'optional');
    live += asNumber(await untouched(connection, withinMs, send));
  }
  return live;
}

/**
 * An upper bound: the index includes leases and recently expired keys, and a member of its own.
 * Without an index all keys of the database.
 */
function keysOf(members: number | undefined, databaseSize: number | undefined): number | undefined {
  if (members === undefined || members === 0) return databaseSize;
  return Math.min(members - 1, databaseSize ?? Infinity);
}

function infoField(info: string, name: string): number | undefined {
  const value = new RegExp(`^${name}:(\\d+)\r?$`, 'm').exec(info)?.[1];
  return value === undefined ? undefined : Number(value);
}
