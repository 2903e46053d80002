/** Stable codes, safe to switch on; the class names and messages may be reworded. */
export type CacheErrorCode =
  | 'CACHE_UNAVAILABLE'
  | 'CACHE_KEY_INVALID'
  | 'CACHE_PATTERN_INVALID'
  | 'CACHE_OPTIONS_INVALID'
  | 'CACHE_LOAD_TIMEOUT';

/** Base class of this library's errors. A loader's own error is never wrapped. */
export class CacheError extends Error {
  override readonly name: string = 'CacheError';

  constructor(
    readonly code: CacheErrorCode,
    message: string,
    /** The offending key or pattern, if there is one, without the prefix. */
    readonly key?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * Why a store was not used: it is not connected, did not answer in time, answered with an error, or
 * is closed; or (with an invalidation log) its freshness is not proved at present.
 */
export type UnavailableReason = 'offline' | 'timeout' | 'refused' | 'closed' | 'unproved';

/**
 * The store did not do what was asked, or did not confirm it. Thrown by removals and
 * administration; reads and fills never throw it.
 */
export class CacheUnavailableError extends CacheError {
  override readonly name = 'CacheUnavailableError';

  constructor(
    readonly reason: UnavailableReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super('CACHE_UNAVAILABLE', message, undefined, options);
  }
}

/**
 * What a store answers; `undefined` while it is unavailable, and for no question. Cost: none.
 *
 * @throws anything else, as it is
 */
export async function unlessUnavailable<T>(answer: Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof CacheUnavailableError) return undefined;
    throw error;
  }
}

/** As {@link unlessUnavailable}, where only a refusal of the server is no answer. */
export async function unlessRefused<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof CacheUnavailableError && error.reason === 'refused') return undefined;
    throw error;
  }
}

/**
 * A loader took longer than `hardTimeout`, and there was no stale value to serve instead. Not an
 * `HttpException`: map it in an exception filter, for example to 504, or to 503 if the source is
 * the application's own database.
 */
export class CacheLoadTimeoutError extends CacheError {
  override readonly name = 'CacheLoadTimeoutError';

  constructor(
    key: string,
    readonly afterMs: number,
  ) {
    super('CACHE_LOAD_TIMEOUT', `Loading ${key} took longer than ${afterMs} ms.`, key);
  }
}

/** A key is empty, longer than 512 bytes, or contains control characters or lone surrogates. */
export class CacheKeyInvalidError extends CacheError {
  override readonly name = 'CacheKeyInvalidError';

  constructor(key: string, reason: string) {
    super('CACHE_KEY_INVALID', `The cache key is invalid: ${reason}.`, key);
  }
}

/** A pattern is empty, longer than 512 bytes, or contains control characters or lone surrogates. */
export class CachePatternInvalidError extends CacheError {
  override readonly name = 'CachePatternInvalidError';

  constructor(pattern: string, reason: string) {
    super('CACHE_PATTERN_INVALID', `The cache pattern is invalid: ${reason}.`, pattern);
  }
}

/** An option is invalid. The message is one sentence that names the option and the fix. */
export class CacheOptionsError extends CacheError {
  override readonly name = 'CacheOptionsError';

  constructor(
    readonly option: string,
    message: string,
  ) {
    super('CACHE_OPTIONS_INVALID', message);
  }
}
