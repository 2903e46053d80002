import type { StoreStatistics } from '../../cache-store.js';

type Sum = (
  name: Exclude<keyof StoreStatistics, 'partial'>,
  of: readonly StoreStatistics[],
) => number | undefined;

/** An unknown part makes the sum unknown. */
const sum: Sum = (name, of) =>
  of.reduce<number | undefined>((total, each) => {
    const part = each[name];
    return total === undefined || part === undefined ? undefined : total + part;
  }, 0);

/**
 * The statistics of a Cluster: keys and members of all shards, figures of servers once for each
 * master; the uptime is the least.
 *
 * @param parts the owner of each shard and what it answered
 */
export function sumOf(parts: readonly (readonly [string, StoreStatistics])[]): StoreStatistics {
  const shards = parts.map(([, answer]) => answer);
  const masters = [...new Map(parts).values()];
  const uptimes = masters.map(({ uptimeSeconds }) => uptimeSeconds);
  return {
    keys: sum('keys', shards),
    hits: sum('hits', masters),
    misses: sum('misses', masters),
    evictions: sum('evictions', masters),
    usedMemoryBytes: sum('usedMemoryBytes', masters),
    databaseSize: sum('databaseSize', masters),
    indexMembers: sum('indexMembers', shards),
    uptimeSeconds: uptimes.some((each) => each === undefined)
      ? undefined
      : Math.min(...uptimes.map((each) => each ?? 0)),
  };
}
