import type { CacheCounts } from './cache-counters.js';
import type { FreshnessFigures } from './outbox/freshness.js';
import type { NearCacheFigures } from './engine/read/near-reads.js';
import type { CacheStore, StoreStatistics } from './store/cache-store.js';

/** Statistics of the store and of this instance. Field names are those of the HTTP contract. */
export interface CacheStats {
  readonly connected: boolean;
  /** Live keys under the prefix; an upper estimate when there are very many. */
  readonly keys_count: number;
  readonly keyspace_hits: number;
  readonly keyspace_misses: number;
  /** Hits as a fraction 0..1 of all reads of the server; 0 before the first. */
  readonly hit_rate: number;
  readonly evicted_keys: number;
  /** Memory of the store as text, such as `2.5M`. */
  readonly used_memory: string;
  /** The same in bytes. */
  readonly used_memory_bytes: number;
  /** Keys of the whole database, other applications' included. */
  readonly db_size: number;
  /**
   * Names of the fields that are 0 because they are unknown: all of them when the store is
   * unavailable, those of `INFO` when the server forbids that command.
   */
  readonly unknown_figures: readonly string[];
  /** Whether the figures lack an unavailable part of the store. */
  readonly partial: boolean;
  readonly store: 'redis' | 'memory';
  readonly prefix: string;
  readonly uptime_seconds: number;
  /** State of the freshness proof; `null` without an invalidation log. */
  readonly freshness: FreshnessFigures | null;
  /** This instance's own counters. */
  readonly local: LocalFigures;
}

/** Counters and state of one instance. */
export interface LocalFigures extends CacheCounts {
  /** Keys that are currently being loaded. */
  readonly loading: number;
  /** Background tasks in progress: refreshes and their bookkeeping. */
  readonly background: number;
  /**
   * Removals that the store has not confirmed; while there are any, this instance bypasses the
   * store.
   */
  readonly pending_removals: number;
  /** `closed`: the store is used; `open`: it is unavailable; `half-open`: it is being probed. */
  readonly circuit: 'closed' | 'open' | 'half-open';
  /** The near cache of this process; `null` without one. */
  readonly copies: NearCacheFigures | null;
}

/** Bytes as Redis formats them: `512B`, `1.5K`, `2.5M`. */
function humanBytes(bytes: number): string {
  const units = ['B', 'K', 'M', 'G', 'T'];
  let amount = bytes;
  let unit = 0;
  while (amount >= 1024 && unit < units.length - 1) {
    amount /= 1024;
    unit++;
  }
  return `${unit === 0 ? amount : Number(amount.toFixed(2))}${units[unit] ?? 'B'}`;
}

/** Stand for unknown figures: the contract of `GET /cache/stats` requires numbers. */
const ZEROS = {
  keys_count: 0,
  keyspace_hits: 0,
  keyspace_misses: 0,
  hit_rate: 0,
  evicted_keys: 0,
  used_memory: humanBytes(0),
  used_memory_bytes: 0,
  db_size: 0,
  uptime_seconds: 0,
};

/** Assembles the statistics; `undefined` stands for a store that did not answer. */
export function cacheStats(
  store: CacheStore,
  prefix: string,
  answer: StoreStatistics | undefined,
  freshness: CacheStats['freshness'],
  local: CacheStats['local'],
): CacheStats {
  const { hits, misses, usedMemoryBytes } = answer ?? {};
  const figures = {
    keys_count: answer?.keys,
    keyspace_hits: hits,
    keyspace_misses: misses,
    hit_rate: hits === undefined || misses === undefined ? undefined : hitRate(hits, misses),
    evicted_keys: answer?.evictions,
    used_memory: usedMemoryBytes === undefined ? undefined : humanBytes(usedMemoryBytes),
    used_memory_bytes: usedMemoryBytes,
    db_size: answer?.databaseSize,
    uptime_seconds: answer?.uptimeSeconds,
  };
  const unknown = Object.entries(figures).filter(([, figure]) => figure === undefined);
  return {
    connected: answer !== undefined && store.connected,
    ...ZEROS,
    ...Object.fromEntries(Object.entries(figures).filter(([, figure]) => figure !== undefined)),
    unknown_figures: unknown.map(([name]) => name),
    partial: answer?.partial === true,
    store: store.kind,
    prefix,
    freshness,
    local,
  };
}

function hitRate(hits: number, misses: number): number {
  const reads = hits + misses;
  return reads === 0 ? 0 : Number((hits / reads).toFixed(4));
}
