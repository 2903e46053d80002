import type { Clock } from '../clock.js';
import type { Glob } from '../keys/glob.js';
import type { FleetBoard } from '../observe/fleet-board.js';
import type { RelayStore } from './relay-store.js';
import type { KeySelection } from '../keys/key-selection.js';
import type { InvalidationListener } from '../near-cache/invalidation-stream.js';
import type { KeyBranches } from './key-branches.js';
import type { WarmingBoard } from './warming-board.js';
import type { LeaseWatch } from './lease-watch.js';
import type { StoreServer } from './store-server.js';

/**
 * The right to fill one key, acquired before the source was read. It is valid only while the store
 * has its token: whatever removes the key (a delete, a pattern, a clear, an eviction, a flush, an
 * operator) ends the lease.
 */
export interface Lease {
  readonly key: string;
  readonly token: string;
  /**
   * The connection on which it was acquired; after a reconnect the server may be a restored one.
   */
  readonly generation: number;
}

/** How long a lease keeps other callers from loading, and whether it may replace a stored value. */
export interface LeaseTerms {
  /**
   * Milliseconds until another caller may start loading; the right to fill lasts ten times as long.
   */
  readonly leaseMs: number;
  /** Acquire the lease although the key has a value, which the caller could not read. */
  readonly replace: boolean;
}

/** Result of a lease acquisition. */
export type Acquisition =
  | {
      readonly state: 'owned';
      readonly lease: Lease;
      /** Whether another caller's lease had run out, so that its load is late. Default false. */
      readonly takenOver?: boolean;
    }
  /** Another caller loads; retry after `forMs`, or as soon as the watch fires. */
  | { readonly state: 'wait'; readonly forMs: number }
  /** The key has a value by now. */
  | { readonly state: 'present' }
  /** The key has something that no fill may replace, such as a Redis hash. */
  | { readonly state: 'foreign' };

/**
 * The right to replace one fill of a key by a newer one, while the old one is still served. Its
 * validity depends on the key alone: whatever removes or replaces that fill makes it void. The
 * refresh lease only prevents duplicate work.
 */
export interface RefreshLease {
  readonly key: string;
  /** How the stored text of that fill begins; see `envelopeHead`. */
  readonly head: string;
  /** Identifies the holder; another process may take over after the lease's time. */
  readonly token: string;
  /**
   * The connection on which the fill was last read; after a reconnect the server may be a restored
   * one.
   */
  readonly generation: number;
}

/**
 * Maximum duration of a backoff or a hit-for-miss marker, in milliseconds; stores may rely on it.
 */
export const MAX_REFRESH_BACKOFF_MS = 60_000;

/** How long a refresh lease keeps other processes from refreshing, and whether to force. */
export interface RefreshTerms {
  readonly leaseMs: number;
  /** Acquire the right to replace even if another process holds the lease: the caller loads. */
  readonly force: boolean;
  /**
   * No caller waits for the value: under a hit-for-miss marker the result is `backoff`. Default
   * false.
   */
  readonly background?: boolean;
  /**
   * A plain value, which has no identity, is given this head in the same step, and keeps its
   * lifetime: so it can be replaced like any other fill. Default false: it is `gone`, and so may
   * be one of more than 64 kB.
   */
  readonly claim?: boolean;
}

/** Result of a refresh lease acquisition. */
export type RefreshAcquisition =
  | { readonly state: 'owned'; readonly refresh: RefreshLease }
  /** Another process refreshes; retry after `forMs`, or as soon as the watch fires. */
  | { readonly state: 'wait'; readonly forMs: number }
  /** A refresh has recently failed. */
  | { readonly state: 'backoff'; readonly forMs: number }
  /** The key no longer has that fill. */
  | { readonly state: 'gone' };

/** A stored text with its remaining life. */
export interface TimedText {
  readonly text: string;
  /** Milliseconds; `null` when it never expires. */
  readonly ttlMs: number | null;
}

/** One key in a listing. */
export interface ListedKey {
  readonly key: string;
  readonly ttlMs: number | null;
  /** Bytes of the stored text. */
  readonly bytes: number;
}

/** What a store has at one key. */
export interface KeyContent {
  /** The stored text, of a long one its beginning; `undefined` without one. */
  readonly text: string | undefined;
  /** Of the stored text; -1 for something that is no text, such as a Redis hash. */
  readonly bytes: number;
  /** Milliseconds; `null` without expiry. */
  readonly ttlMs: number | null;
  /** The lease of a load, if there is one: for how long it is held and keeps others waiting yet. */
  readonly lease: { readonly heldMs: number; readonly leftMs: number } | undefined;
  /**
   * Whether a load or a write has begun since the last removal, or the key expired not long ago;
   * `undefined` if the store does not know.
   */
  readonly indexed: boolean | undefined;
  /** How many keys the store has evicted, ever; `undefined` for unknown. */
  readonly evictions: number | undefined;
}

/** A page of keys in lexicographic (byte) order. */
export interface KeyPage {
  readonly items: readonly ListedKey[];
  /** The key after which the next page begins, or `undefined` at the end. */
  readonly next: string | undefined;
  /** Whether keys of an unavailable part of the store are missing. Default `false`. */
  readonly partial?: boolean | undefined;
}

/**
 * Statistics of the server (of the process, for the in-process store); `undefined` for unknown
 * ones, such as those of a server that forbids `INFO`.
 */
export interface StoreStatistics {
  readonly keys: number | undefined;
  readonly hits: number | undefined;
  readonly misses: number | undefined;
  readonly evictions: number | undefined;
  readonly usedMemoryBytes: number | undefined;
  readonly databaseSize: number | undefined;
  /** Members of the key index: leases, and keys that have expired lately, included. */
  readonly indexMembers: number | undefined;
  readonly uptimeSeconds: number | undefined;
  /** Whether an unavailable part of the store is not counted. Default `false`. */
  readonly partial?: boolean | undefined;
}

/** A Lua script with its digest. */
export interface StoreScript {
  readonly source: string;
  readonly sha1: string;
}

/** How copies of entries in this process's memory learn of removals. */
export interface InvalidationFeed {
  /** Until when copies may be read, on the store's clock; in the past without proof. */
  readonly freshUntil: number;
  /** How often a message was missing, so that all copies were dropped. */
  readonly gaps: number;
  /** Registers the listener for removals. */
  follow(copies: InvalidationListener): void;
  /** For how many milliseconds a removal may wait for acknowledgements; usually 0. */
  waitMs(selection: KeySelection): number;
}

/** Options of a removal. */
export interface RemovalOptions {
  /**
   * Whether the removal waits for the acknowledgements of processes with copies, where the cache's
   * options require the barrier. Otherwise a process that did not receive it may serve its copies
   * for up to `coherence.waitMs`. Default true.
   */
  readonly awaitAcks?: boolean;
  /**
   * Position of the write that needs the removal; its transaction is committed. The store keeps a
   * mark of it, made atomically with the removal and lost with it. Optional for a store, which may
   * also lose marks alone: the relay then removes once more. Default: no mark.
   */
  readonly committed?: string;
  /**
   * Whether an invalidation log has the write, so that a relay makes the removal again. A store may then
   * confirm one that reached every value without being whole otherwise, and must not let the cursor
   * pass the write before a whole one. Default false.
   */
  readonly logged?: boolean;
  /**
   * Positions of the writes that need the removal. Where the store has the mark of each, with an
   * equal selection, it does nothing. Default: the removal is made.
   */
  readonly unlessMarked?: readonly string[];
}

/** How a store is divided: each shard keeps, proves and loses its keys by itself. */
export interface Shards {
  /** In their order; a shard is named by its place in it. */
  readonly all: readonly CacheStore[];
  /** The shard of a key. */
  of(key: string): number;
  /** The shards that may have selected keys. */
  touchedBy(selection: KeySelection): readonly number[];
}

/**
 * The store as the engine uses it. Keys are the caller's, without prefix and already validated.
 *
 * Rules that the contract suite checks on every store:
 * - each call hands its command to the store before it returns its promise, so that the engine
 *   knows what was sent before what;
 * - a call that gets no answer within `withinMs` rejects with `CacheUnavailableError`;
 * - a fill happens only while the lease's token is stored, atomically;
 * - a refill happens only while the fill that it replaces is stored, atomically;
 * - a hit-for-miss marker gives every caller the stored token, so that all load concurrently and
 *   the first value is stored; it ends with its time, with a value, and with any removal of the
 *   key;
 * - a removal returns how many values it removed; a lease alone does not count.
 */
export interface CacheStore {
  readonly kind: 'redis' | 'memory';
  /** Its key space in a server that other stores may use, too. */
  readonly keySpace?: { readonly prefix: string; readonly database: number } | undefined;
  readonly connected: boolean;
  /** Where the relay keeps its cursor; absent if the store supports no invalidation log. */
  readonly relayStore?: RelayStore;
  /**
   * State of the circuit breaker for reads and fills; absent if the store cannot be unavailable.
   */
  readonly circuit?: 'closed' | 'open' | 'half-open';
  /** How often the circuit breaker has opened; absent without one. */
  readonly timesOpened?: number;
  /** How many removals by pattern went to all shards; absent without shards. */
  readonly spannings?: number;
  /** Clock of the store and of the cache over it. Absent: the system clock. */
  readonly clock?: Clock;
  /**
   * A clock that excludes time in which this process was too busy to read the store's answers;
   * waits for the store are measured by it. Absent: the clock.
   */
  readonly waitClock?: Pick<Clock, 'now'>;
  /** Where processes share their figures; absent if the store keeps none. */
  readonly board?: FleetBoard | undefined;
  /** Where processes agree on who warms the cache; absent if the store does not know warming. */
  readonly warming?: WarmingBoard | undefined;
  /** What can be asked about the server itself; absent for a store without a server. */
  readonly server?: StoreServer | undefined;
  /** How it is divided; absent for a store that is one whole. */
  readonly shards?: Shards | undefined;
  /** Invalidation messages for a near cache; absent without one. */
  readonly coherence?: InvalidationFeed | undefined;

  /** Connects. An unavailable store is not an error: it is used as soon as it answers. */
  open(): Promise<void>;
  close(): Promise<void>;

  /** One plain read. `undefined` for an absent or leased key. */
  read(key: string, withinMs: number): Promise<string | undefined>;
  /** As `read`, for several keys, in their order. */
  readMany(keys: readonly string[], withinMs: number): Promise<(string | undefined)[]>;
  /**
   * Reads the text and its remaining life in one round trip. `approximate`: the life may be that of
   * a replaced entry, if it is shorter. `exact`: life and text are read atomically, because a local
   * copy must not outlive its entry.
   */
  readWithLife(
    key: string,
    life: 'approximate' | 'exact',
    withinMs: number,
  ): Promise<TimedText | undefined>;

  acquire(key: string, terms: LeaseTerms, withinMs: number): Promise<Acquisition>;
  /** Replaces the lease by the value if the token is still stored; otherwise `false`. */
  fill(lease: Lease, text: string, ttlMs: number | undefined, withinMs: number): Promise<boolean>;
  /**
   * Releases the lease, so that the next caller loads at once; resolves with whether the token was
   * still stored. With `hitForMissMs` the load yielded nothing to store, and for this many
   * milliseconds every caller may load at once, with this token.
   */
  release(lease: Lease, withinMs: number, hitForMissMs?: number): Promise<boolean>;
  /**
   * Acquires the refresh lease of a fill, if the key still has it. `refill` or `releaseRefresh`
   * must follow.
   */
  acquireRefresh(
    key: string,
    head: string,
    terms: RefreshTerms,
    withinMs: number,
  ): Promise<RefreshAcquisition>;
  /**
   * Replaces the fill if it is still stored, otherwise resolves with `false`; releases the refresh
   * lease.
   */
  refill(
    refresh: RefreshLease,
    text: string,
    ttlMs: number | undefined,
    withinMs: number,
  ): Promise<boolean>;
  /**
   * Releases the refresh lease without a value and starts a backoff of `restMs` milliseconds (0:
   * none); resolves with whether the fill is still stored. With `hitForMissMs` every waiting caller
   * may refresh this fill concurrently for that time instead.
   */
  releaseRefresh(
    refresh: RefreshLease,
    restMs: number,
    withinMs: number,
    hitForMissMs?: number,
  ): Promise<boolean>;
  /** Whether a text can be stored at all; absent: any can. */
  fits?(key: string, text: string): boolean;
  /** Stores without a lease and ends any lease on the key. */
  write(key: string, text: string, ttlMs: number | undefined, withinMs: number): Promise<void>;
  /** Watches for the end of another caller's lease on the key. Register before acquiring; close it. */
  watch(key: string): LeaseWatch;

  /**
   * Removes an unreadable value, unless it has been replaced; resolves with whether it was removed.
   * `text` is the text that was read.
   */
  discard(key: string, text: string, withinMs: number): Promise<boolean>;

  /**
   * Removes values and leases, and returns how many values it removed. `all` selects every key
   * under the prefix, including keys written by other programs, and nothing else.
   *
   * @throws CacheUnavailableError when the removal is not confirmed
   */
  remove(selection: KeySelection, options?: RemovalOptions): Promise<number>;

  list(glob: Glob | undefined, after: string | undefined, limit: number): Promise<KeyPage>;
  /**
   * What follows a prefix, up to the next colon, with how many keys have it, in byte order; absent: it
   * is made of `list`.
   */
  branches?(prefix: string, from: Buffer | undefined, limit: number): Promise<KeyBranches>;
  /** What is at a key, without changing anything; absent: not supported. */
  look?(key: string): Promise<KeyContent>;
  describe(key: string): Promise<(TimedText & { readonly bytes: number }) | undefined>;
  /** Which of these keys have a value, with ttl and size, in their order; absent: `describe` serves. */
  describeMany?(keys: readonly string[]): Promise<(ListedKey | undefined)[]>;
  /**
   * @param counting `exactly` walks the keys of a small database; `index` takes the number of the
   *   index, in at most two calls whatever the size. Default `exactly`.
   */
  statistics(counting?: 'exactly' | 'index'): Promise<StoreStatistics>;

  /**
   * Runs an application's script on keys that no cache key or pattern matches; absent if
   * unsupported.
   */
  evaluate?(
    script: StoreScript,
    names: readonly string[],
    args: readonly string[],
    withinMs: number,
  ): Promise<unknown>;
}
