/** The right to move the cursor once, and what the store remembers of the log. */
export interface RelayRound {
  /** Up to where the log has been applied to this store; `undefined`: the store does not know. */
  readonly cursor: string | undefined;
  /** Changes whenever the cursor does: what the compare-and-set compares. */
  readonly serial: string;
  /** The connection on which it began. */
  readonly generation: number;
  /** When it began, by the store's clock in milliseconds. */
  readonly startedAt: number;
}

/**
 * How a round ended. `fresh`: the cursor moved, and every process may see that all is applied.
 * `slow`: it moved, but the round took so long that it proves nothing about now.
 * `conflict`: another relay moved it meanwhile, or the connection changed; nothing was written.
 */
export type RoundEnd = 'fresh' | 'slow' | 'conflict';

/** What one look at the bookkeeping shows. */
export interface RelayStatus {
  /** Different after every round that ended in a heartbeat; `undefined` before the first. */
  readonly heartbeat: string | undefined;
  readonly cursor: string | undefined;
  readonly generation: number;
  /**
   * For how long at least the server that answered has been the one that takes writes, in
   * milliseconds of its own clock: since its start, its promotion, or the loss of this bookkeeping.
   */
  readonly primaryForMs: number;
}

/**
 * Where the relay of a log keeps its bookkeeping: in the cache store itself, so that a store that
 * forgets removals (a restart, a restored snapshot, a failover) forgets with them that they were
 * done, and they are done again.
 */
export interface RelayStore {
  /** Whether others see this store, and have to be kept from leading at the same time. */
  readonly shared: boolean;
  /**
   * A turn that took longer, by the store's own clock, gives no beat: so what is proved by a beat
   * is never older than this when it is written. Milliseconds.
   */
  readonly longestRoundMs: number;
  /** Changes with every connection; what was learnt on one proves nothing on the next. */
  readonly generation: number;

  /**
   * Takes the lead or keeps it, and begins a turn; `undefined` while another relay leads. The lead
   * only spares work: correctness comes from the compare-and-set of `endRound`.
   */
  beginRound(): Promise<RelayRound | undefined>;
  /** Moves the cursor if it is still where the turn found it. */
  endRound(turn: RelayRound, cursor: string): Promise<RoundEnd>;
  /** Gives the lead back, so that another relay takes it at once. */
  resign(): Promise<void>;
  observe(): Promise<RelayStatus>;
}
