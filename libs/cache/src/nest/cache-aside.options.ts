import type { ExecutionContext } from '@nestjs/common';
import type { CacheKey, KeySegment } from '../keys/cache-key.js';
import type { CacheEntry, GetOrSetOptions } from '../values/get-or-set-options.js';
import type { JsonText } from '../values/json-text.js';
import type { Subject } from './nest-cache-options.js';
import type { RawRequest } from './request-input.js';

/**
 * Which instances of a class, or of classes that inherit from it, share the entries of one method:
 * `'shared'`, all of them, because they answer alike; or a function that gives the first segment of
 * the key for each, such as the table that a generic repository reads. Left out, a second instance
 * is refused: at start, or, where it is made later, at its first call.
 *
 * ```ts
 * @CacheAside({ instances: ({ table }: Repository) => table, key: (id: number) => cacheKey`find:${id}` })
 * ```
 */
export type Instances = 'shared' | ((instance: never) => KeySegment);

/** `@CacheAside` on a method of any provider. Lifetimes and the like are those of `getOrSet`. */
export interface MethodCacheOptions<Args extends readonly unknown[]> extends GetOrSetOptions {
  /** The key, out of the method's own arguments. Prefer `cacheKey` where they come from outside. */
  readonly key: (...args: Args) => string;
  /** Name of the cache, as given to `CacheModule.forRoot({ name })`. Default: the one without. */
  readonly cache?: string | undefined;
  /** Whether this method, or this call, uses the cache at all. Default `true`. */
  readonly enabled?: boolean | ((...args: Args) => boolean) | undefined;
  /** Which instances share entries. Default: there is one. */
  readonly instances?: Instances | undefined;
  readonly scope?: undefined;
}

/** Whom an answer is for. There is no default, so that nobody forgets to think about it. */
export type AnswerScope =
  /** The same for everybody whom the guards let through: nothing in it depends on who asks. */
  | 'shared'
  /** Depends on who asks: the subject (`userOf` of the module) becomes part of the key by itself. */
  | 'user';

/** How a handler's answer was come by. */
export interface AnswerEntry<V> extends CacheEntry<V> {
  /** The request did not use the cache: it was switched off, or what was there was not valid. */
  readonly bypass: boolean;
  /** The value with its JSON, which freezes the value. With `rawJson` a hit's is the stored text. */
  readonly json: JsonText<V>;
}

/**
 * `@CacheAside` on an HTTP handler.
 *
 * With `staleWhileRevalidate`, `earlyRefresh` or `softTimeout` the handler may run when its request has been
 * answered: with that request, and a response that is on its way, which it must not take (`@Res`).
 *
 * @typeParam Input what `read` makes of the request
 * @typeParam Value what the handler returns, as JSON
 */
export interface HandlerCacheOptions<Input = RawRequest, Value = unknown> extends GetOrSetOptions {
  readonly scope: AnswerScope;
  /**
   * What the request asks for, checked; given to `key`, `enabled`, `valid` and `map`. It runs after
   * the guards and before the handler's own pipes, which a hit does not run: what it lets pass is
   * answered from the cache. See `validated`. Default: the raw parameters and query.
   */
  readonly read?: ((context: ExecutionContext) => Input | Promise<Input>) | undefined;
  /**
   * The key, out of what was read. Everything that the answer depends on must be in it; nothing
   * of the URL is used otherwise. With `scope: 'user'` it is preceded by `~user:<subject>:`, where no
   * other key can be: see `userPattern`.
   */
  readonly key: (input: Input) => CacheKey;
  /**
   * What the answer depends on besides the key and the user: the caller's role, the groups that a
   * serializer shows, a version in a header. It becomes part of the key (`~vary:<values>:`), where no
   * other key can be. Compulsory beside a serializer interceptor of your own; `() => []` says that it
   * serialises alike for all, or that the key has it already. Default: nothing.
   */
  readonly vary?: ((context: ExecutionContext) => Subject) | undefined;
  /** Which controllers that inherit this handler, or are there twice, share entries. Default: there is one. */
  readonly instances?: Instances | undefined;
  /** Name of the cache, as given to `CacheModule.forRoot({ name })`. Default: the one without. */
  readonly cache?: string | undefined;
  /** Whether this route, or this request, uses the cache at all. Default `true`. */
  readonly enabled?: boolean | ((input: Input, context: ExecutionContext) => boolean) | undefined;
  /**
   * Headers that the handler sets or removes and that a hit repeats. A handler that touches any
   * other header is not cached. They are stored beside the body (`{ "headers": …, "body": … }`). Not
   * `set-cookie`, and not with `staleWhileRevalidate`, `earlyRefresh` or `softTimeout`, whose runs have no response
   * to set them on.
   */
  readonly headers?: readonly string[] | undefined;
  /**
   * Whether a stored value is of this program's making and version. One that is not, or for which
   * this throws, is removed, and the handler answers. Default: any JSON is.
   */
  readonly valid?: ((value: unknown, input: Input) => boolean) | undefined;
  /**
   * Answers a hit with the stored text: it is parsed once, when this process first reads it, and not
   * stringified again. The body and its headers are the same as without. What is not the same: global
   * interceptors and those of the class see the JSON text of an answer that can be stored, Fastify's
   * `preSerialization` hooks do not run, Express's `json replacer` and `json spaces` do not apply,
   * and `valid` and `map` are given a frozen value. With a serializer interceptor around the handler,
   * or `@Render`, answers remain values. Default `false`.
   *
   * Cost: of the texts that were read last, up to 4,096 or 16 MiB are kept parsed.
   */
  readonly rawJson?: boolean | undefined;
  /**
   * Makes the answer out of the value and how it was come by: for headers such as `Cache-Status`,
   * validators, a 404 out of a `null`. Runs for every request, hit or not, and may throw. An answer
   * that is a `JsonText`, such as `entry.json.with({ … })`, is sent as that text.
   *
   * Cost: a hit reads `PTTL` beside `GET`.
   */
  readonly map?:
    ((entry: AnswerEntry<Value>, input: Input, context: ExecutionContext) => unknown) | undefined;
}

/** As {@link HandlerCacheOptions}, for a handler that reads the request in its own way. */
export interface ReadingHandlerOptions<Input, Value> extends HandlerCacheOptions<Input, Value> {
  readonly read: (context: ExecutionContext) => Input | Promise<Input>;
}

/** As {@link HandlerCacheOptions}, for a handler whose key is made of the raw request. */
export interface RawHandlerOptions<Value> extends HandlerCacheOptions<RawRequest, Value> {
  readonly read?: undefined;
}
