import type { CacheCounts } from './cache-counters.js';
import type { FreshnessFigures } from './freshness/freshness.js';
import type { CopyFigures } from './engine/local-reads.js';
import type { CacheStore, StoreStatistics } from './store/cache-store.js';

/** The figures of the store and of this instance. Field names are those of the HTTP contract. */
export interface CacheStats {
  readonly connected: boolean;
  /** Live keys under the prefix; an estimate from above when there are very many. */
  readonly keys_count: number;
  readonly keyspace_hits: number;
  readonly keyspace_misses: number;
  /** A fraction 0..1 of all reads that the server saw; 0 before the first. */
  readonly hit_rate: number;
  readonly evicted_keys: number;
  /** Human text such as `2.5M`. */
  readonly used_memory: string;
  /** The same as a number. */
  readonly used_memory_bytes: number;
  /** Keys of the whole database, other applications' included. */
  readonly db_size: number;
  readonly store: 'redis' | 'memory';
  readonly prefix: string;
  readonly uptime_seconds: number;
  /** How fresh the store is known to be; `null` without a log. */
  readonly freshness: FreshnessFigures | null;
  /** This instance's own counters. */
  readonly local: LocalFigures;
}

/** What one instance counted and in which state it is. */
export interface LocalFigures extends CacheCounts {
  /** Keys that are being loaded now. */
  readonly loading: number;
  /** Refreshes under way in the background, and their bookkeeping. */
  readonly background: number;
  /** Removals that the store has not confirmed; while there are any, nothing is served from it. */
  readonly pending_removals: number;
  /** `closed`: the store is asked; `open`: it is away; `half-open`: it is being probed. */
  readonly circuit: 'closed' | 'open' | 'half-open';
  /** Copies kept in this process's memory; `null` where none are. */
  readonly copies: CopyFigures | null;
}

/** Bytes as Redis writes them: `512B`, `1.5K`, `2.5M`. */
export function humanBytes(bytes: number): string {
  const units = ['B', 'K', 'M', 'G', 'T'];
  let amount = bytes;
  let unit = 0;
  while (amount >= 1024 && unit < units.length - 1) {
    amount /= 1024;
    unit++;
  }
  return `${unit === 0 ? amount : Number(amount.toFixed(2))}${units[unit] ?? 'B'}`;
}

const NOTHING: StoreStatistics = {
  keys: 0,
  hits: 0,
  misses: 0,
  evictions: 0,
  usedMemoryBytes: 0,
  databaseSize: 0,
  uptimeSeconds: 0,
};

/** Puts the figures together; `undefined` stands for a store that did not answer. */
export function cacheStats(
  store: CacheStore,
  prefix: string,
  answer: StoreStatistics | undefined,
  freshness: CacheStats['freshness'],
  local: CacheStats['local'],
): CacheStats {
  const figures = answer ?? NOTHING;
  const reads = figures.hits + figures.misses;
  return {
    connected: answer !== undefined && store.connected,
    keys_count: figures.keys,
    keyspace_hits: figures.hits,
    keyspace_misses: figures.misses,
    hit_rate: reads === 0 ? 0 : Number((figures.hits / reads).toFixed(4)),
    evicted_keys: figures.evictions,
    used_memory: humanBytes(figures.usedMemoryBytes),
    used_memory_bytes: figures.usedMemoryBytes,
    db_size: figures.databaseSize,
    store: store.kind,
    prefix,
    uptime_seconds: figures.uptimeSeconds,
    freshness,
    local,
  };
}
