import type { Clock } from '../clock.js';
import type { Glob } from '../keys/glob.js';
import type { RelayStore } from './relay-store.js';
import type { KeySelection } from '../keys/key-selection.js';
import type { InvalidationListener } from '../near-cache/invalidation-stream.js';
import type { LeaseWatch } from './lease-watch.js';

/**
 * The right to fill one key, taken before the data was read. It is worth something only while the
 * store still holds its token: whatever removes the key — a delete, a pattern, a clear, an
 * eviction, a flush, a human — takes the right away with it.
 */
export interface Lease {
  readonly key: string;
  readonly token: string;
  /** The connection that it was taken on; after a reconnect the server may be a restored one. */
  readonly generation: number;
}

/** How long a lease keeps others from loading, and what to do with a value that is no value. */
export interface LeaseTerms {
  /** Milliseconds until another may start loading; the right to fill lasts ten times as long. */
  readonly leaseMs: number;
  /** Take the lease even though the key holds something: the caller found it unreadable. */
  readonly replace: boolean;
}

/** The answer to an acquisition. */
export type Acquisition =
  | { readonly state: 'owned'; readonly lease: Lease }
  /** Somebody else loads; it may be asked again after `forMs`, or as soon as the watch fires. */
  | { readonly state: 'wait'; readonly forMs: number }
  /** The key holds a value by now. */
  | { readonly state: 'present' }
  /** The key holds something that no fill may replace (a Redis hash, say). */
  | { readonly state: 'foreign' };

/**
 * The right to replace one filling of a key by a newer one, while the old one goes on being served.
 * What it is worth depends on the key alone: whatever removed or replaced that filling made it void.
 * The refresh lease only keeps the work from being done twice.
 */
export interface RefreshLease {
  readonly key: string;
  /** What the stored text begins with as long as it is still that filling; see `envelopeHead`. */
  readonly head: string;
  /** Whose turn it is; another's after this one took too long, or none was asked for. */
  readonly token: string;
  /** The connection on which the filling was seen last; after a reconnect it may be a restored one. */
  readonly generation: number;
}

/** No backoff and no hit-for-miss marker lasts longer, in milliseconds; a store may rely on it. */
export const MAX_REFRESH_BACKOFF_MS = 60_000;

/** How long a turn keeps others from refreshing, in milliseconds, and whether to force. */
export interface RefreshTerms {
  readonly leaseMs: number;
  /** Take the right to replace without the lease, whichever process holds it: the caller loads. */
  readonly force: boolean;
  /** No caller waits for the value: under a hit-for-miss marker it is `resting`. Default false. */
  readonly background?: boolean;
}

/** The answer to the wish to refresh. */
export type RefreshAcquisition =
  | { readonly state: 'owned'; readonly refresh: RefreshLease }
  /** Somebody else refreshes; it may be asked again after `forMs`, or as soon as the watch fires. */
  | { readonly state: 'wait'; readonly forMs: number }
  /** A refresh failed a moment ago. */
  | { readonly state: 'backoff'; readonly forMs: number }
  /** The key no longer holds that filling. */
  | { readonly state: 'gone' };

/** A stored text with what is left of its life. */
export interface TimedText {
  readonly text: string;
  /** Milliseconds; `null` when it never expires. */
  readonly ttlMs: number | null;
}

/** One key as administration shows it. */
export interface ListedKey {
  readonly key: string;
  readonly ttlMs: number | null;
  /** Bytes of the stored text. */
  readonly bytes: number;
}

/** A page of keys in lexicographic (byte) order. */
export interface KeyPage {
  readonly items: readonly ListedKey[];
  /** The key to go on after, or `undefined` at the end. */
  readonly next: string | undefined;
}

/**
 * What the server (or the process, for the in-process store) counted; `undefined` for what it does
 * not say, such as a server that forbids `INFO`.
 */
export interface StoreStatistics {
  readonly keys: number | undefined;
  readonly hits: number | undefined;
  readonly misses: number | undefined;
  readonly evictions: number | undefined;
  readonly usedMemoryBytes: number | undefined;
  readonly databaseSize: number | undefined;
  readonly uptimeSeconds: number | undefined;
}

/** A Lua script with the digest by which a server knows it. */
export interface StoreScript {
  readonly source: string;
  readonly sha1: string;
}

/** How copies of entries in this process's memory learn of removals. */
export interface InvalidationFeed {
  /** Until when copies may be read, on the store's clock; in the past when nothing is known. */
  readonly freshUntil: number;
  /** Messages that were missing, so that all copies had to go. */
  readonly gaps: number;
  /** Passes removals to the listener from now on. */
  follow(copies: InvalidationListener): void;
  /** How long a removal may wait, in milliseconds, for others to confirm it; 0 for most. */
  waitMs(selection: KeySelection): number;
}

/** How a removal is done. */
export interface RemovalOptions {
  /**
   * Whether the removal is done only when the processes that hold copies have acknowledged it,
   * where the cache's options ask for that. Without, a process that did not receive it may serve
   * its copies for as long as `coherence.waitMs` says. Default true.
   */
  readonly awaitAcks?: boolean;
}

/**
 * What the engine needs of a store. Keys are the caller's, without prefix and already checked.
 *
 * Rules that the contract suite checks on every store:
 * - each call hands its command to the store before it returns its promise, so that the engine
 *   knows what was sent before what;
 * - a call that gets no answer within `withinMs` rejects with `CacheUnavailableError`;
 * - a fill happens only while the lease's token is there, atomically;
 * - a refill happens only while the filling that it replaces is there, atomically;
 * - a hit-for-miss marker hands every caller the token that is there, so that all of them load side
 *   by side and the first value is stored; it ends with its time, with a value and with whatever
 *   removes the key;
 * - a removal returns how many values it removed; a lease alone does not count.
 */
export interface CacheStore {
  readonly kind: 'redis' | 'memory';
  /** Where its keys are in a server that other stores may use as well. */
  readonly keySpace?: { readonly prefix: string; readonly database: number } | undefined;
  readonly connected: boolean;
  /** Where a log's relay keeps how far it has come; absent where no log can be followed. */
  readonly relayStore?: RelayStore;
  /** Whether reads and fills are let through; absent where the store cannot be unavailable. */
  readonly circuit?: 'closed' | 'open' | 'half-open';
  /** What time it lives by; a cache over it lives by the same. Absent: the machine's. */
  readonly clock?: Clock;
  /**
   * The clock, without the time in which this process was too busy to look at the store's answers:
   * what is waited for the store is counted by it. Absent: the clock.
   */
  readonly patience?: Pick<Clock, 'now'>;
  /** Absent where copies would gain nothing, or were not asked for. */
  readonly coherence?: InvalidationFeed | undefined;

  /** Connects. An unavailable store is no error: it is used as soon as it answers. */
  open(): Promise<void>;
  close(): Promise<void>;

  /** One plain read. `undefined` for an absent or leased key. */
  read(key: string, withinMs: number): Promise<string | undefined>;
  /** As `read`, for several keys at once and in their order. */
  readMany(keys: readonly string[], withinMs: number): Promise<(string | undefined)[]>;
  /**
   * A read with the remaining life, in one round trip. `approximate`: the life may be that of an
   * entry that was replaced meanwhile, if it is the shorter one. `exact`: life and text are of one
   * moment, as a copy in process memory must not outlive its entry.
   */
  readWithLife(
    key: string,
    life: 'approximate' | 'exact',
    withinMs: number,
  ): Promise<TimedText | undefined>;

  acquire(key: string, terms: LeaseTerms, withinMs: number): Promise<Acquisition>;
  /** Replaces the lease by the value if the token is still there; `false` if it is not. */
  fill(lease: Lease, text: string, ttlMs: number | undefined, withinMs: number): Promise<boolean>;
  /**
   * Lets the next caller load at once; whether the token was still there. With `hitForMissMs` the
   * load yielded nothing to store, and for so many milliseconds (again) every caller may load at
   * once, with this token.
   */
  release(lease: Lease, withinMs: number, hitForMissMs?: number): Promise<boolean>;
  /** Takes the turn to refresh a filling, if the key still holds it. It must be refilled or ended. */
  acquireRefresh(
    key: string,
    head: string,
    terms: RefreshTerms,
    withinMs: number,
  ): Promise<RefreshAcquisition>;
  /** Replaces the filling if it is still there, and ends the turn; `false` if it is not. */
  refill(
    refresh: RefreshLease,
    text: string,
    ttlMs: number | undefined,
    withinMs: number,
  ): Promise<boolean>;
  /**
   * Ends the turn with nothing to store, and keeps others from another for `restMs` milliseconds (0:
   * not at all); whether the filling is still there. With `hitForMissMs` instead, every caller that
   * waits for a value may refresh this filling for so long, side by side.
   */
  releaseRefresh(
    refresh: RefreshLease,
    restMs: number,
    withinMs: number,
    hitForMissMs?: number,
  ): Promise<boolean>;
  /** Whether a text could be stored at all; absent: any could. */
  fits?(key: string, text: string): boolean;
  /** Stores without a lease and ends any lease on the key. */
  write(key: string, text: string, ttlMs: number | undefined, withinMs: number): Promise<void>;
  /** Watches for the end of another caller's lease on the key. Register before acquiring; close it. */
  watch(key: string): LeaseWatch;

  /**
   * Removes a value that turned out to be unreadable, unless another has taken its place; whether it
   * was removed. `text` is what was read.
   */
  discard(key: string, text: string, withinMs: number): Promise<boolean>;

  /**
   * Removes values and leases, and returns how many values it removed. `all` is every key under the
   * prefix, whatever wrote it, and nothing else.
   *
   * @throws CacheUnavailableError when it is not known whether all of it was done
   */
  remove(selection: KeySelection, options?: RemovalOptions): Promise<number>;

  list(glob: Glob | undefined, after: string | undefined, limit: number): Promise<KeyPage>;
  describe(key: string): Promise<(TimedText & { readonly bytes: number }) | undefined>;
  statistics(): Promise<StoreStatistics>;

  /** Runs an application's script over keys that no cache key or pattern reaches, if it can. */
  evaluate?(
    script: StoreScript,
    names: readonly string[],
    args: readonly string[],
    withinMs: number,
  ): Promise<unknown>;
}
