import type { ExecutionContext } from '@nestjs/common';
import type { CacheKey, KeySegment } from '../keys/cache-key.js';
import type { CacheEntry, GetOrSetOptions } from '../values/get-or-set-options.js';
import type { As, ReadAs } from '../values/as.js';
import type { JsonText } from '../values/json-text.js';
import type { Subject } from './nest-cache-options.js';
import type { RawRequest } from './request-input.js';

/**
 * Which instances of a class and its subclasses share the entries of one method. `'shared'`: all of
 * them, because they give the same answers. A function: returns the first key segment of an
 * instance, such as the table that a generic repository reads. Default: a second instance is
 * rejected at start or, if it is created later, at its first call.
 *
 * ```ts
 * @CacheAside({ instances: ({ table }: Repository) => table, key: (id: number) => cacheKey`find:${id}` })
 * ```
 */
export type Instances = 'shared' | ((instance: never) => KeySegment);

/** `@CacheAside` on a method of any provider. Lifetimes and timeouts are those of `getOrSet`. */
export interface MethodCacheOptions<
  Args extends readonly unknown[],
  A extends As | undefined = As | undefined,
>
  extends GetOrSetOptions, Partial<ReadAs<A>> {
  /**
   * Builds the key from the method's arguments. Prefer `cacheKey` for arguments that come from
   * outside.
   */
  readonly key: (...args: Args) => string;
  /**
   * Name of the cache, as given to `CacheModule.forRoot({ name })`. Default: the cache without a
   * name.
   */
  readonly cache?: string | undefined;
  /** Whether this method, or this call, uses the cache at all. Default `true`. */
  readonly enabled?: boolean | ((...args: Args) => boolean) | undefined;
  /** Which instances share entries. Default: only one instance is allowed. */
  readonly instances?: Instances | undefined;
  readonly scope?: undefined;
}

/** Which callers an answer is for. There is no default: each handler has to decide. */
export type AnswerScope =
  /** The same for every caller that passes the guards. */
  | 'shared'
  /**
   * Depends on the caller: the subject (`userOf` of the module) is added to the key automatically.
   */
  | 'user';

/** A handler's value with its cache status. */
export interface AnswerEntry<V> extends CacheEntry<V> {
  /** The request did not use the cache: it was disabled, or the stored value was not valid. */
  readonly bypass: boolean;
  /**
   * The value with its JSON; reading it freezes the value. With `rawJson` a hit has the stored
   * text.
   */
  readonly json: JsonText<V>;
}

/**
 * `@CacheAside` on an HTTP handler.
 *
 * With `staleWhileRevalidate`, `earlyRefresh` or `softTimeout` the handler may run after its
 * request was answered. Its response has then been sent, so the handler must not inject it
 * (`@Res`).
 *
 * @typeParam Input what `read` returns
 * @typeParam Value what the handler returns, as JSON
 */
export interface HandlerCacheOptions<Input = RawRequest, Value = unknown> extends GetOrSetOptions {
  /** Which callers the answer is for. */
  readonly scope: AnswerScope;
  /**
   * Parses and validates the request for `key`, `enabled`, `valid` and `map`. It runs after the
   * guards and before the handler's own pipes. A hit skips those pipes, so a request that `read`
   * accepts may be answered from the cache. See `validated`. Default: the raw parameters and query.
   */
  readonly read?: ((context: ExecutionContext) => Input | Promise<Input>) | undefined;
  /**
   * Builds the key from the result of `read`. It must contain everything that the answer depends
   * on; the URL itself is not used. With `scope: 'user'` it is prefixed with `~user:<subject>:`,
   * which is reserved for private entries: see `userPattern`.
   */
  readonly key: (input: Input) => CacheKey;
  /**
   * What the answer depends on besides the key and the user: the caller's role, the groups that a
   * serializer exposes, a version in a header. It is added to the key (`~vary:<values>:`, which is
   * reserved). Required with a custom serializer interceptor; `() => []` declares that it serialises
   * alike for all callers, or that the key already covers the difference. Default: nothing.
   */
  readonly vary?: ((context: ExecutionContext) => Subject) | undefined;
  /**
   * Which controllers share entries, if several inherit this handler or one is registered twice.
   * Default: only one instance is allowed.
   */
  readonly instances?: Instances | undefined;
  /**
   * Name of the cache, as given to `CacheModule.forRoot({ name })`. Default: the cache without a
   * name.
   */
  readonly cache?: string | undefined;
  /** Whether this route, or this request, uses the cache at all. Default `true`. */
  readonly enabled?: boolean | ((input: Input, context: ExecutionContext) => boolean) | undefined;
  /**
   * Headers that the handler sets or removes and that a hit repeats. An answer that changes any
   * other header is not cached. They are stored beside the body, as `headers` and `body` of one
   * object. `set-cookie` is not allowed, nor are `staleWhileRevalidate`, `earlyRefresh` and
   * `softTimeout`: a background run has no response whose headers it could set. Default: none.
   */
  readonly headers?: readonly string[] | undefined;
  /**
   * Whether a stored value was written by this program and version. If this returns `false` or
   * throws, the value is removed and the handler answers. Default: any JSON is valid.
   */
  readonly valid?: ((value: unknown, input: Input) => boolean) | undefined;
  /**
   * Answers a hit with the stored text: it is parsed once, when this process first reads it, and
   * not stringified again. Body and headers are the same as without. The differences: interceptors
   * of the class and global ones receive the JSON text of a storable answer, Fastify's
   * `preSerialization` hooks do not run, Express's `json replacer` and `json spaces` do not apply,
   * and `valid` and `map` receive a frozen value. With a serializer interceptor around the handler,
   * `@Render` or `@Redirect`, answers remain values. Default `false`.
   *
   * Cost: the last 4,096 texts, up to 16 MiB, are kept parsed.
   */
  readonly rawJson?: boolean | undefined;
  /**
   * Makes the answer from the value and its cache status: for headers such as `Cache-Status`, for
   * validators, to turn `null` into a 404. Runs for every request, hit or miss, and may throw. An
   * answer that is a `JsonText`, such as `entry.json.with({ … })`, is sent as that text. Default: the
   * value itself.
   *
   * Cost: a hit sends `PTTL` and `GET` in one round trip; with `rawJson` `GET` alone, except once a
   * second.
   */
  readonly map?:
    ((entry: AnswerEntry<Value>, input: Input, context: ExecutionContext) => unknown) | undefined;
}

/** As {@link HandlerCacheOptions}, for a handler with a `read` of its own. */
export interface ReadingHandlerOptions<Input, Value> extends HandlerCacheOptions<Input, Value> {
  readonly read: (context: ExecutionContext) => Input | Promise<Input>;
}

/** As {@link HandlerCacheOptions}, for a handler that builds its key from the raw request. */
export interface RawHandlerOptions<Value> extends HandlerCacheOptions<RawRequest, Value> {
  readonly read?: undefined;
}
