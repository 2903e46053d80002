import type { KeySelection } from '../keys/key-selection.js';
import type { LogHost } from './invalidation-log.js';
import type { RelayState } from './relay.js';

/**
 * `strict`: without proof of freshness the source answers, and a write whose removal is not
 * confirmed is acknowledged only when no reader can be served the old value. `bounded`: the store
 * is trusted as long as it answers; values that the relay has not yet removed may be served.
 */
export type Consistency = 'strict' | 'bounded';

/** State of this instance's freshness proof and of its relay. */
export interface FreshnessFigures {
  readonly consistency: Consistency;
  /** Whether the store is proved fresh at present. If not, `strict` bypasses the store. */
  readonly fresh: boolean;
  /** Whole seconds since `fresh` last changed. */
  readonly since_seconds: number;
  /** Whether this instance's relay leads, follows another one, or is unavailable. */
  readonly relay: RelayState;
  /** Every write committed longer ago than this is applied; `null` without proof. */
  readonly proof_age_ms: number | null;
  /** Age of the oldest log entry of the last batch that this instance's relay applied. */
  readonly event_lag_ms: number | null;
  /** Log entries that this instance's relay applied. */
  readonly events: number;
  /** How often it removed everything because the log did not know the store's cursor. */
  readonly clears: number;
  /** On a Cluster: how many shards are proved fresh, of how many. */
  readonly shards?: { readonly fresh: number; readonly all: number };
}

/** How long it took until the store was proved to have what was written before. */
export interface FreshnessProbe {
  /** The end of the log that was waited for. */
  readonly position: string;
  /** Milliseconds; `null` if the wait was over before. */
  readonly coveredAfterMs: number | null;
}

/** The position of a write in the log. */
export interface CommitPosition {
  /** Position that the log returned when the entries were appended. */
  readonly position: string;
  /** A time after its commit, by `performance.now()`. */
  readonly committedAt: number;
}

/** What an engine asks of the proof of freshness: of one store, or of all shards. */
export interface Freshness {
  readonly strict: boolean;
  /** Changes each time the proof is back; see `FreshnessLease`. */
  readonly epoch: number;
  /** Whether the key may be read from the store. Cost: one clock reading. */
  trusts(key: string): boolean;
  figures(): FreshnessFigures;
  /**
   * Starts, and waits for the first proof, for a limited time and only if one can arrive.
   *
   * @param afterCommit for the log, see {@link LogHost}
   */
  open(afterCommit: LogHost['afterCommit']): Promise<void>;
  /** Resigns the lead; the store must still be open. */
  close(): Promise<void>;
  /**
   * Waits until no reader can be served what the write made stale: until the relay has applied the
   * log up to the write, or all freshness leases granted before it have expired. Resolves with
   * whether it was applied.
   */
  waitUntilApplied(written: CommitPosition, selections: readonly KeySelection[]): Promise<boolean>;
  /** Waits until the freshness leases of processes that use another store have expired. */
  commitWait(written: CommitPosition, selections: readonly KeySelection[]): Promise<void>;
  /**
   * Takes the present end of the log and waits until the store is proved to have all of it.
   *
   * @throws what the log throws when it cannot be read
   */
  probe(withinMs: number): Promise<FreshnessProbe>;
}
