import type { CacheService } from '../cache.service.js';
import { aroundMethod } from './bound-method.js';

/** A pattern, or what makes patterns out of a call. */
export type StalePattern<Args extends readonly unknown[], Result> =
  string | ((args: Args, result: Result) => string | readonly string[]);

/** `@CacheInvalidate` with more than patterns to say. */
export interface CacheInvalidateOptions<Args extends readonly unknown[], Result> {
  /** What the call makes stale. Prefer `cachePattern` where parts of it come from outside. */
  readonly patterns: readonly StalePattern<Args, Result>[];
  /** Name of the cache, as given to `CacheModule.forRoot({ name })`. Default: the one without. */
  readonly cache?: string | undefined;
  /**
   * What happens when the store is away. `owe` (`CacheService.invalidate`): the call succeeds, the
   * removal is owed, and until it is done this instance serves nothing from the store. `throw`
   * (`CacheService.deletePattern`): the caller gets `CacheUnavailableError`, although the method
   * has done its work. Default `owe`.
   */
  readonly onUnavailable?: 'retry' | 'throw' | undefined;
}

/** A decorator for methods that take these arguments and come to this result. */
export type InvalidateDecorator<Args extends readonly unknown[], Result> = <
  Method extends (...args: never) => Promise<unknown>,
>(
  target: object,
  name: string | symbol,
  descriptor: TypedPropertyDescriptor<Method> &
    (((args: Args, result: Result) => void) extends (
      args: Parameters<Method>,
      result: Awaited<ReturnType<Method>>,
    ) => void
      ? unknown
      : { readonly 'the patterns are made of other arguments than the method has': never }),
) => void;

/**
 * Removes what a handler or a method has made stale: after it has succeeded and before its caller
 * hears of it, so that whoever was answered is not served the old value. Never after a failure.
 *
 * On a handler the arguments are those of the handler, after its pipes.
 *
 * ```ts
 * @CacheInvalidate<[number]>(([id]) => cachePattern`stats:user:${id}:*`)
 * async rename(id: number): Promise<void> { … }
 * ```
 *
 * A write whose process dies before the removal leaves the old value until its ttl; where that
 * matters, invalidate from a log of events that was written with the data.
 *
 * Cost: one pattern removal for each pattern.
 */
export function CacheInvalidate<
  Args extends readonly unknown[] = readonly unknown[],
  Result = unknown,
>(...patterns: readonly StalePattern<Args, Result>[]): InvalidateDecorator<Args, Result>;
export function CacheInvalidate<
  Args extends readonly unknown[] = readonly unknown[],
  Result = unknown,
>(options: CacheInvalidateOptions<Args, Result>): InvalidateDecorator<Args, Result>;
export function CacheInvalidate(
  // Overloads: whoever calls this has had the types checked by one of the two.
  ...given: readonly (AnyPattern | AnyOptions)[]
): MethodDecorator {
  const options = given.find(isOptions);
  const sources = options === undefined ? given.filter(isPattern) : [options.patterns].flat();
  return (target, name, descriptor) => {
    aroundMethod(target, name, descriptor, { cache: options?.cache }, async (call) => {
      const result = await call.run();
      const stale = sources.flatMap((source) =>
        typeof source === 'string' ? source : source(call.args, result),
      );
      await remove(call.face.cache, stale, options?.onUnavailable ?? 'retry');
      return result;
    });
  };
}

type AnyPattern = StalePattern<readonly unknown[], unknown>;
type AnyOptions = CacheInvalidateOptions<readonly unknown[], unknown>;

function isOptions(given: AnyPattern | AnyOptions): given is AnyOptions {
  return typeof given === 'object';
}

function isPattern(given: AnyPattern | AnyOptions): given is AnyPattern {
  return !isOptions(given);
}

async function remove(
  cache: CacheService,
  patterns: readonly string[],
  onUnavailable: 'retry' | 'throw',
): Promise<void> {
  if (onUnavailable === 'retry') await cache.invalidate(patterns);
  else for (const pattern of patterns) await cache.deletePattern(pattern);
}
