/** Where the server of a store is, for commands that an operator runs. It has no password. */
export interface ServerPlace {
  /** `redis-cli` with what reaches the server and the database; it reads `REDISCLI_AUTH`. */
  readonly cli: string;
  /** Starts such a server on its machine; `undefined` behind Sentinel, and for a node of a Cluster. */
  readonly start: string | undefined;
  /** The user that the store connects as. */
  readonly user: string;
  readonly database: number;
}

/** A sample of the names in the database, at most 500 and all of them if there are fewer. */
export interface KeySample {
  /** Names that were looked at. */
  readonly names: number;
  /** Those that do not begin with the prefix. */
  readonly others: number;
  /** Keys under the prefix that hold something, without the prefix; unlisted ones are left out. */
  readonly keys: readonly string[];
  /** Keys under the prefix that the index does not have, as they are named in the server. */
  readonly unindexed: readonly string[];
  /** How many of `keys` have no expiry. */
  readonly persistent: number;
  /** Members of the index: an upper bound of the keys of the cache. */
  readonly members: number | undefined;
}

/** What a look at the server has found. `undefined`: the server does not say. */
export interface ServerFacts {
  /** Fields of `INFO`; `undefined` where the user may not ask. */
  readonly info: ReadonlyMap<string, string> | undefined;
  /** Commands and subcommands that the store needs and its user may not run. */
  readonly forbidden: readonly string[];
  /** Whether the user may not use the keys of the prefix. */
  readonly keysForbidden: boolean;
  /** What a trial write was answered: `OK`, or the code of the refusal, such as `OOM`. */
  readonly write: string | undefined;
  /** Milliseconds of the shortest of some round trips. */
  readonly roundTripMs: number | undefined;
  /** By how many milliseconds the server's clock is ahead of this process's. */
  readonly clockAheadMs: number | undefined;
  /** Whether memory of evicted values is freed in the background. */
  readonly lazyEviction: boolean | undefined;
  /** Whether a node of a Cluster refuses all keys while slots have no owner; `undefined` for another server. */
  readonly fullCoverage: boolean | undefined;
  readonly sample: KeySample | undefined;
  /** Bytes of the keys that were asked for; a key without a text is left out. */
  readonly sizes: ReadonlyMap<string, number>;
}

/** A process's turn to watch for all, and what the processes before it have noted. */
export interface WatchTurn {
  readonly held: boolean;
  /** The note that was kept last; `undefined` before the first. */
  readonly note: string | undefined;
}

/** A master of a Cluster. */
export interface StoreMaster extends Pick<StoreServer, 'place' | 'outage' | 'examine'> {
  /** Where it listens, such as `10.0.0.7:6379`. */
  readonly node: string;
}

/** What can be asked about the server itself. */
export interface StoreServer {
  readonly place: ServerPlace;
  /** Why the server is not used at present, without an address; `undefined` while it is. */
  readonly outage: string | undefined;
  /**
   * Looks at the server, also while the circuit breaker is open.
   *
   * Cost: at most 8 calls; two of them show in the server's keyspace hits, and more where keys have
   * no expiry.
   * @param keys whose sizes are wanted
   * @throws CacheUnavailableError when it does not answer
   */
  examine(keys: readonly string[]): Promise<ServerFacts>;
  /**
   * The fields of `INFO`; `undefined` where the user may not ask, or without an answer.
   *
   * Cost: one call.
   */
  info(): Promise<ReadonlyMap<string, string> | undefined>;
  /**
   * Takes or keeps the turn to watch for `ms` milliseconds, or gives it back with 0, and keeps a
   * note while it is held. With `''` for the holder it only reads.
   *
   * Cost: one script.
   * @throws CacheUnavailableError
   */
  watch(holder: string, ms: number, note?: string): Promise<WatchTurn>;
  /** Those of a Cluster that have a part of the cache; other stores have no such method. */
  masters?(): readonly StoreMaster[];
}
