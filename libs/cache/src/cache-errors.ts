/** Stable codes, safe to switch on; the class names and messages may be reworded. */
export type CacheErrorCode =
  | 'CACHE_UNAVAILABLE'
  | 'CACHE_KEY_INVALID'
  | 'CACHE_PATTERN_INVALID'
  | 'CACHE_OPTIONS_INVALID'
  | 'CACHE_LOAD_TIMEOUT';

/** Base of everything that this library throws by itself. A loader's own error is never wrapped. */
export class CacheError extends Error {
  override readonly name: string = 'CacheError';

  constructor(
    readonly code: CacheErrorCode,
    message: string,
    /** The offending key or pattern, without the prefix, where there is one. */
    readonly key?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * Why a store was not used: not connected, too slow, it answered with an error, it is closed, or
 * (with a log) nothing proves at present that what it holds is fresh.
 */
export type UnavailableReason = 'offline' | 'timeout' | 'refused' | 'closed' | 'unproved';

/**
 * The store could not do what was asked, or nobody knows whether it did. Thrown by removals and
 * by administration; reads and fills never let it out.
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
 * A loader took longer than `hardTimeout`, and there was no old value to serve instead. No
 * `HttpException`: an exception filter makes the application's own answer of it, such as a 504 or
 * what it answers when its database is away.
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

/** A key is empty, longer than 512 bytes, or holds control characters or lone surrogates. */
export class CacheKeyInvalidError extends CacheError {
  override readonly name = 'CacheKeyInvalidError';

  constructor(key: string, reason: string) {
    super('CACHE_KEY_INVALID', `The cache key is invalid: ${reason}.`, key);
  }
}

/** A pattern is empty, longer than 512 bytes, or holds control characters or lone surrogates. */
export class CachePatternInvalidError extends CacheError {
  override readonly name = 'CachePatternInvalidError';

  constructor(pattern: string, reason: string) {
    super('CACHE_PATTERN_INVALID', `The cache pattern is invalid: ${reason}.`, pattern);
  }
}

/** An option is out of range. The message is one sentence that names the option and the fix. */
export class CacheOptionsError extends CacheError {
  override readonly name = 'CacheOptionsError';

  constructor(
    readonly option: string,
    message: string,
  ) {
    super('CACHE_OPTIONS_INVALID', message);
  }
}
