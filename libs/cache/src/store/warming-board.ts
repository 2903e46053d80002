/**
 * Where the processes of a cache agree on who warms it and how far that is. It is bookkeeping: if
 * the store forgets it, the cache is warmed once more.
 */
export interface WarmingBoard {
  /**
   * Begins a run, unless one is under way: then resolves with that one.
   *
   * Cost: one script.
   * @param leaseMs for how many milliseconds the run is this holder's
   * @throws CacheUnavailableError
   */
  begin(holder: string, leaseMs: number, run: string): Promise<string | undefined>;
  /**
   * Takes over the run of a holder whose time has passed; `undefined` if there is none.
   *
   * Cost: one script, or one plain command while no run is under way.
   * @throws CacheUnavailableError
   */
  takeOver(holder: string, leaseMs: number): Promise<'none' | 'running' | { readonly run: string }>;
  /**
   * Keeps the progress and renews the lease. A holder that has `lost` the run, or is `aborted`, must
   * end.
   *
   * Cost: one script.
   * @throws CacheUnavailableError
   */
  save(holder: string, leaseMs: number, run: string): Promise<'kept' | 'aborted' | 'lost'>;
  /**
   * Ends the holder's run; the last ten results are kept.
   *
   * Cost: one script.
   * @param warmed whether the cache is now marked as warmed
   * @throws CacheUnavailableError
   */
  end(holder: string, result: string, warmed: boolean): Promise<void>;
  /**
   * Asks the holder of the run to stop; `false` if no run is under way.
   *
   * Cost: one script.
   * @throws CacheUnavailableError
   */
  abort(): Promise<boolean>;
  /**
   * Cost: one script.
   * @throws CacheUnavailableError
   */
  read(): Promise<WarmingState>;
  /**
   * Whether this holder refreshes frequent keys for the next `leaseMs` milliseconds.
   *
   * Cost: one script.
   * @throws CacheUnavailableError
   */
  refreshes(holder: string, leaseMs: number): Promise<boolean>;
  /**
   * Adds reads of keys; the 500 most read are kept, and old reads weigh less each hour.
   *
   * Cost: one script.
   * @throws CacheUnavailableError
   */
  addReads(reads: readonly (readonly [key: string, count: number])[]): Promise<void>;
  /**
   * Cost: one call.
   * @throws CacheUnavailableError
   */
  frequentKeys(limit: number): Promise<string[]>;
}

/** What the board knows. */
export interface WarmingState {
  /** The run that is under way. */
  readonly run: string | undefined;
  /** Results, the newest first. */
  readonly results: readonly string[];
  /** Whether the cache is marked as warmed. */
  readonly warmed: boolean;
}

/** Results that are kept. */
export const RESULTS = 10;
/** Keys whose reads are kept. */
export const FREQUENT_KEYS = 500;
/** By how much the weight of reads falls each hour: to a tenth in a day. */
export const HOURLY_DECAY = 0.9;
/** Without new reads keys are forgotten after so many milliseconds. */
export const READS_LIFE_MS = 90_000_000;
