import type { PRIVATE } from '../keys/key-validation.js';
import type { AS_TEXT } from './json-text.js';

/** A value and its cache status. */
export interface CacheEntry<T> {
  /** The full key, prefix included, as it appears in the store. */
  readonly key: string;
  readonly value: T;
  /** The value came from the store. */
  readonly hit: boolean;
  /** The value is in the store: it was a hit, or it has just been filled. */
  readonly stored: boolean;
  /** The value is past its `ttl`, and was served because `staleWhileRevalidate` or `staleIfError` allows it. */
  readonly stale: boolean;
  /**
   * Whole seconds that it is fresh, rounded up: the entry's `ttl` right after a fill, 0 when it is
   * stale or not stored, `null` when it never expires.
   */
  readonly ttl: number | null;
}

/** What a loader may change about the entry that it makes, once it knows the value. */
export interface AdaptedTerms extends Lifetime {
  readonly negativeTtl?: number | undefined;
  readonly staleWhileRevalidate?: number | undefined;
  readonly staleIfError?: number | undefined;
}

/** What a loader gets, and how it decides about the entry that it makes. */
export interface LoadContext {
  /** The key being loaded, without prefix. */
  readonly key: string;
  /** Aborted when `hardTimeout` is over; its reason is the `CacheLoadTimeoutError`. */
  readonly signal: AbortSignal;
  /** No caller waits for the value: a stale one was served, or the refresh is early. */
  readonly background: boolean;
  /**
   * Replaces options of this entry: `context.adapt({ ttl: token.expiresIn })`. The last call counts;
   * one that comes after the load is over has no effect. After cachified's and bentocache's context.
   *
   * @throws CacheOptionsError
   */
  adapt(terms: AdaptedTerms): void;
  /** The value is returned but not stored. */
  skipStore(): void;
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

/**
 * Options of a read-through; all times are seconds, fractions allowed.
 *
 * With `staleWhileRevalidate`, `staleIfError` or `earlyRefresh` a hit costs `PTTL` and `GET` in one round trip
 * instead of one `GET`. The value is kept in the store for `ttl` and the longer of `staleWhileRevalidate` and
 * `staleIfError`; readers without these options still see it end with its `ttl`. An invalidation
 * ends a value held beyond its `ttl` like any other, and an unavailable store yields none.
 */
export interface GetOrSetOptions extends Lifetime {
  /**
   * Seconds that a `null` result lives, without any stale time behind it; 0: it is not stored.
   * Default: it lives as any other value does.
   */
  readonly negativeTtl?: number | undefined;
  /**
   * Seconds after the `ttl` in which the old value is served at once, while one process refreshes it in
   * the background. Default 0. After HTTP's `stale-while-revalidate` (RFC 5861).
   */
  readonly staleWhileRevalidate?: number | undefined;
  /**
   * Seconds after the `ttl` in which the old value is served when the loader fails, or is slower
   * than `softTimeout` or `hardTimeout`. After a failure no process calls the loader of this key for two
   * seconds, and the old value is served meanwhile. Default 0. After HTTP's
   * `stale-if-error` (RFC 5861).
   */
  readonly staleIfError?: number | undefined;
  /**
   * Seconds after which a caller is served the old value, if `staleIfError` allows it and it has not
   * been invalidated; the load goes on and its value is stored. Default: none.
   */
  readonly softTimeout?: number | undefined;
  /**
   * Seconds after which a caller no longer waits for a load, its own or another's, and after which the
   * loader's signal is aborted and its value no longer stored. The old value is served if
   * `staleIfError` allows it, else `CacheLoadTimeoutError` is thrown. Default: 300, so that a loader
   * that never settles does not hang its key for ever; 30 in the background.
   */
  readonly hardTimeout?: number | undefined;
  /**
   * Refreshes in the background before the `ttl` ends, at a random moment that is the likelier the
   * nearer the end and the dearer the load: `true`, or a factor (1 is optimal, more is sooner).
   * Default: off. After Vattani, Chierichetti and Lowenstein, "Optimal Probabilistic Cache Stampede
   * Prevention" (VLDB 2015).
   */
  readonly earlyRefresh?: boolean | number | undefined;
  /**
   * Seconds for which this process may answer from its own memory, without asking the store; never
   * beyond the entry's own life. Only with `local` in the cache's options and a shared store. The
   * value is frozen, wherever it comes from. Default: the store is asked every time.
   */
  readonly local?: number | undefined;
  /** @internal The key names a private entry; see `key-validation.ts`. */
  readonly [PRIVATE]?: true;
  /** @internal The value is given as a `JsonText`. */
  readonly [AS_TEXT]?: true | undefined;
}

/** Default options: one frozen object, so identity means "no options" and skips the checks. */
export const NO_OPTIONS: GetOrSetOptions = Object.freeze({});
