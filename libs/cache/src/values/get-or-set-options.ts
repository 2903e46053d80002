import type { PRIVATE } from '../keys/key-validation.js';
import type { OptionKinds } from '../option-checks.js';
import { CHECKED } from '../option-checks.js';
import type { ReadAs } from './as.js';
import type { AS_TEXT } from './json-text.js';

/** See {@link GetOrSetOptions}. */
export const REFRESH_NOW: unique symbol = Symbol('refresh now');

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
   * Whole seconds that the value stays fresh, rounded up: the entry's `ttl` right after a fill, 0
   * when it is stale or not stored, `null` when it never expires.
   */
  readonly ttl: number | null;
}

/** Options of an entry that its loader may change once the value is known. */
export interface AdaptedTerms extends Lifetime {
  readonly negativeTtl?: number | undefined;
  readonly staleWhileRevalidate?: number | undefined;
  readonly staleIfError?: number | undefined;
}

/** What a loader gets, and how it decides about the entry that it makes. */
export interface LoadContext {
  /** The key being loaded, without prefix. */
  readonly key: string;
  /** Aborted when `hardTimeout` expires; its reason is the `CacheLoadTimeoutError`. */
  readonly signal: AbortSignal;
  /** No caller waits for the value: a stale one was served, or the refresh is early. */
  readonly background: boolean;
  /**
   * Replaces options of this entry: `context.adapt({ ttl: token.expiresIn })`. The last call
   * counts; a call after the end of the load has no effect. After cachified's and bentocache's
   * context.
   *
   * @throws CacheOptionsError
   */
  adapt(terms: AdaptedTerms): void;
  /** The value is returned but not stored. */
  skipStore(): void;
}

/** Computes a value that was not in the cache. */
export type Loader<T> = (context: LoadContext) => T | Promise<T>;

/** Where the figures of a key are counted. */
export interface Named {
  /**
   * Name under which the key's figures are counted: 1 to 64 letters, digits and `:._~-`. Default:
   * the segments before the first that has a digit or `%` or is longer than 32 characters, at most
   * three.
   */
  readonly namespace?: string | undefined;
}

/** How long a stored value lives. */
export interface Lifetime {
  /** Seconds for which the value is fresh, fractions allowed. Default: until invalidated. */
  readonly ttl?: number | undefined;
  /**
   * Maximum share of the ttl, 0..1, that is randomly subtracted from it, so that keys filled
   * together do not expire together. Default 0.
   */
  readonly jitter?: number | undefined;
}

/**
 * Options of a read-through; all times are seconds, fractions allowed.
 *
 * With `staleWhileRevalidate`, `staleIfError` or `earlyRefresh` a hit costs `PTTL` and `GET` in one
 * round trip instead of one `GET`. The value is kept in the store for `ttl` and the longer of
 * `staleWhileRevalidate` and `staleIfError`; readers without these options still see it end with
 * its `ttl`. An invalidation removes an entry past its `ttl` like any other, and an unavailable
 * store serves no stale values.
 */
export interface GetOrSetOptions extends Lifetime, Named {
  /**
   * Seconds that a `null` result is stored, without a stale window; 0: it is not stored. Default:
   * as any other value.
   */
  readonly negativeTtl?: number | undefined;
  /**
   * Seconds after the `ttl` in which the stale value is served at once while one process refreshes
   * it in the background. Needs `ttl`. Default 0. After HTTP's `stale-while-revalidate` (RFC 5861).
   */
  readonly staleWhileRevalidate?: number | undefined;
  /**
   * Seconds after the `ttl` in which the stale value is served when the loader fails, or is slower
   * than `softTimeout` or `hardTimeout`. After a failure no process runs the loader of this key for
   * two seconds; the stale value is served meanwhile. Needs `ttl`. Default 0. After HTTP's `stale-if-error` (RFC
   * 5861).
   */
  readonly staleIfError?: number | undefined;
  /**
   * Seconds after which a caller gets the stale value, if `staleIfError` allows it and it has not
   * been invalidated; the load continues and its value is stored. Default: none.
   */
  readonly softTimeout?: number | undefined;
  /**
   * Seconds after which a caller stops waiting for a load, in whichever process it runs; the
   * loader's signal is then aborted and its value is not stored. The stale value is served if
   * `staleIfError` allows it, otherwise `CacheLoadTimeoutError` is thrown. Default 300; 30 in the
   * background. Thus a loader that never settles does not block its key for ever.
   */
  readonly hardTimeout?: number | undefined;
  /**
   * Refreshes in the background before the `ttl` ends, at a random moment that is more likely the
   * closer the end and the longer the load: `true`, or a factor (1 is optimal, more is earlier).
   * Needs `ttl`. Default: off. After Vattani, Chierichetti and Lowenstein, "Optimal Probabilistic Cache Stampede
   * Prevention" (VLDB 2015).
   */
  readonly earlyRefresh?: boolean | number | undefined;
  /**
   * Seconds for which this process may answer from its near cache without a store call; never
   * longer than the entry's own life. Only with `local` in the cache's options and a shared store.
   * The value is always frozen. Default: every read goes to the store.
   */
  readonly local?: number | undefined;
  /** @internal The key names a private entry; see `key-validation.ts`. */
  readonly [PRIVATE]?: true;
  /** @internal The value is returned as a `JsonText`. */
  readonly [AS_TEXT]?: true | undefined;
  /** @internal A value that is held is loaded anew and replaced. */
  readonly [REFRESH_NOW]?: true | undefined;
}

/** Default options: one frozen object, so identity means "no options" and skips the checks. */
export const NO_OPTIONS: GetOrSetOptions = Object.freeze({});

/** All options of a read-through; `assertTimes` checks their values. */
export const READ_OPTIONS: OptionKinds<GetOrSetOptions & ReadAs> = {
  ttl: CHECKED,
  jitter: CHECKED,
  negativeTtl: CHECKED,
  staleWhileRevalidate: CHECKED,
  staleIfError: CHECKED,
  softTimeout: CHECKED,
  hardTimeout: CHECKED,
  earlyRefresh: CHECKED,
  local: CHECKED,
  namespace: CHECKED,
  as: CHECKED,
};

/** The options of a read among those of a decorator, frozen so that they are checked once. */
export function readOptionsOf(options: GetOrSetOptions): GetOrSetOptions {
  const names = Object.keys(options).filter((name) => name in READ_OPTIONS);
  // The names of its options.
  return Object.freeze(Object.fromEntries(names.map((name) => [name, Reflect.get(options, name)])));
}
