/** The server that bookkeeping was read from. */
export interface RelayServer {
  /** Changes with every connection. */
  readonly generation: number;
  /**
   * Changes on one connection when the server became primary anew, or its memory went back to an
   * earlier state: what was proved before says nothing about it.
   */
  readonly term: string;
  /**
   * The latest time, on the clock, at which the server can have become primary: its start, its
   * promotion, or the loss of this bookkeeping.
   */
  readonly primaryAt: number;
}

/** The right to move the cursor once, with the stored cursor. */
export interface RelayRound extends RelayServer {
  /** Position up to which the log has been applied to this store; `undefined` if unknown. */
  readonly cursor: string | undefined;
  /** Changes with the cursor; used by the compare-and-set. */
  readonly serial: string;
  /** When the round began, by the store's clock in milliseconds. */
  readonly startedAt: number;
}

/**
 * How a round ended. `fresh`: the cursor moved, and every process may see that all is applied.
 * `slow`: it moved, but the round took too long for a heartbeat.
 * `conflict`: another relay moved it meanwhile, or the server may be in another state than when the
 * round began; nothing was written.
 */
export type RoundEnd = 'fresh' | 'slow' | 'conflict';

/** The bookkeeping as read once. */
export interface RelayStatus extends RelayServer {
  /** Different after every round that ended in a heartbeat; `undefined` before the first. */
  readonly heartbeat: string | undefined;
  readonly cursor: string | undefined;
}

/**
 * The relay's bookkeeping, in the cache store itself: a store that loses removals (a restart, a
 * restored snapshot, a failover) also loses the cursor behind them, so they are applied again.
 */
export interface RelayStore {
  /** Whether other processes use this store, so that only one may lead. */
  readonly shared: boolean;
  /**
   * Maximum milliseconds of a round, by the store's clock, that writes a heartbeat: so the proof of
   * a heartbeat is at most this old when it is written.
   */
  readonly longestRoundMs: number;
  /** Changes with every connection; what was read on one proves nothing on the next. */
  readonly generation: number;

  /**
   * Takes or renews the lead and begins a round; `undefined` while another relay leads. Costs no
   * call soon after a round of this relay has ended. The lead only avoids duplicate work:
   * correctness comes from the compare-and-set of `endRound`.
   */
  beginRound(): Promise<RelayRound | undefined>;
  /** Moves the cursor if it has not changed since the round began. */
  endRound(round: RelayRound, cursor: string): Promise<RoundEnd>;
  /**
   * As `endRound`, for a round without removals: if the store has all these marks, atomically, else
   * `unmarked`, and nothing was written. Absent from a store that cannot look at marks.
   */
  endMarkedRound?(
    round: RelayRound,
    cursor: string,
    marks: readonly string[],
  ): Promise<RoundEnd | 'unmarked'>;
  /** Resigns the lead, so that another relay can take it at once. */
  resign(): Promise<void>;
  observe(): Promise<RelayStatus>;
}
