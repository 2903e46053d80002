/**
 * A cache under test. `get` answers from the cache or from `load`; an invalidation that resolves
 * is acknowledged, and a read that begins afterwards may not see what was there before.
 */
export interface CacheAdapter {
  get(key: string, load: () => Promise<unknown>): Promise<unknown>;
  invalidateKey(key: string): Promise<void>;
  /** A prefix and a star, as `stats:user:2:*`. */
  invalidatePattern(pattern: string): Promise<void>;
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** What an adapter is made with; each runs on a flushed database of its own. */
export interface AdapterSetup {
  readonly redisUrl: string;
  /** Of a Cluster whose nodes are reached elsewhere: announced addresses and these. */
  readonly addressMap?: Readonly<Record<string, { readonly host: string; readonly port: number }>>;
  /** Every key there can be, for caches that cannot find keys by pattern. */
  readonly keys: readonly string[];
}

/** How to make an adapter, and what to print beside its results. */
export interface AdapterRecipe {
  readonly name: string;
  /** Its settings in one line. */
  readonly settings: string;
  open(setup: AdapterSetup): Promise<CacheAdapter>;
}

/** Seconds that every cache keeps its values. */
export const TTL_SECONDS = 300;
