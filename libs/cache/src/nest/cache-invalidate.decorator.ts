import type { CacheService } from '../cache.service.js';
import { CacheOptionsError } from '../cache-errors.js';
import { afterCommit } from '../engine/open-transaction.js';
import { assertPattern } from '../keys/key-validation.js';
import type { OptionKinds } from '../option-checks.js';
import { assertKinds, assertKnown, oneOf, TEXT } from '../option-checks.js';
import { aroundMethod } from './bound-method.js';
import { whereOf } from './decorated.js';

/** A pattern, or a function that returns patterns for a call. */
export type StalePattern<Args extends readonly unknown[], Result> =
  string | ((args: Args, result: Result) => string | readonly string[]);

/** Patterns and further options of `@CacheInvalidate`. */
export interface CacheInvalidateOptions<Args extends readonly unknown[], Result> {
  /** What the call makes stale. Prefer `cachePattern` for parts that come from outside. */
  readonly patterns: readonly StalePattern<Args, Result>[];
  /** Name of the cache, as given to `CacheModule.forRoot({ name })`. Default: the one without. */
  readonly cache?: string | undefined;
  /**
   * What happens when the store is unavailable: the removal is retried (`retry`), or the caller gets
   * an error (`throw`). `retry` (`CacheService.invalidate`): the call succeeds, and until the store
   * confirms the removal this instance bypasses the store. `throw` (`CacheService.deletePattern`):
   * the caller gets `CacheUnavailableError`, although the method has succeeded. Default `retry`.
   */
  readonly onUnavailable?: 'retry' | 'throw' | undefined;
}

/** A decorator for methods with these arguments and this result. */
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
 * Invalidates what a handler or a method has made stale: after it succeeds and before its caller
 * gets the answer, so that no caller reads a stale value after its write was acknowledged. Not
 * after a failure. Inside a transaction that the cache knows of (`@gad/cache/transactions`) after its
 * commit, and not after a rollback.
 *
 * On a handler, patterns receive the handler's arguments, after its pipes.
 *
 * ```ts
 * @CacheInvalidate<[number]>(([id]) => cachePattern`stats:user:${id}:*`)
 * async rename(id: number): Promise<void> { … }
 * ```
 *
 * If the process dies between the write and the removal, the stale value stays until its ttl ends.
 * To rule that out, use an invalidation log (`invalidationLog`).
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
  // One of the overloads has checked the caller's types.
  ...given: readonly (AnyPattern | AnyOptions)[]
): MethodDecorator {
  const options = given.find(isOptions);
  if (options !== undefined) assertOptions(options, given.length);
  const sources = options === undefined ? given.filter(isPattern) : options.patterns;
  return (target, name, descriptor) => {
    assertSources(sources, whereOf(target, name));
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

const INVALIDATE_OPTIONS: OptionKinds<AnyOptions> = {
  patterns: ['a list', Array.isArray],
  cache: TEXT,
  onUnavailable: oneOf('retry', 'throw'),
};

function assertOptions(options: AnyOptions, count: number): void {
  assertKnown(options, INVALIDATE_OPTIONS, '@CacheInvalidate');
  assertKinds(options, INVALIDATE_OPTIONS, '@CacheInvalidate: ', ['patterns']);
  if (count === 1) return;
  throw new CacheOptionsError(
    'patterns',
    '@CacheInvalidate takes either patterns or one object of options: put the patterns into the object.',
  );
}

/** A method that has done its work must not fail because of its decorator. */
function assertSources(sources: readonly unknown[], where: string): void {
  if (sources.length === 0) {
    throw new CacheOptionsError('patterns', `${where}: @CacheInvalidate needs a pattern.`);
  }
  for (const source of sources) {
    if (typeof source === 'function') continue;
    assertPattern(source as string); // which refuses anything else
  }
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
  else {
    await afterCommit(async () => {
      for (const pattern of patterns) await cache.deletePattern(pattern);
    });
  }
}
