/** A value together with how it was come by. */
export interface CacheEntry<T> {
  /** The full key, prefix included, as it appears in the store. */
  readonly key: string;
  readonly value: T;
  /** The value came from the store. */
  readonly hit: boolean;
  /** The value is in the store: it was a hit, or it has just been filled. */
  readonly stored: boolean;
  /**
   * Whole seconds that it may still be served, rounded up: the entry's `ttl` right after a fill,
   * 0 when it is not stored, `null` when it never expires.
   */
  readonly ttl: number | null;
}

/** What a loader is told. */
export interface LoadContext {
  /** The key being loaded, without prefix. */
  readonly key: string;
}

/** Computes a value that was not in the cache. */
export type Loader<T> = (context: LoadContext) => T | Promise<T>;

/** How long a stored value lives. */
export interface Lifetime {
  /** Seconds, fractions allowed. Default: until invalidated. */
  readonly ttl?: number | undefined;
  /**
   * Share of the ttl, 0..1, by which a random part of it is cut off, so that keys filled together
   * do not expire together. Default 0.
   */
  readonly jitter?: number | undefined;
}

/** Options of a read-through. */
export interface GetOrSetOptions extends Lifetime {
  /** Seconds that a `null` result lives; by default as long as any other value. */
  readonly negativeTtl?: number | undefined;
}
