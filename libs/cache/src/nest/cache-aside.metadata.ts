import type { HandlerCacheOptions, MethodCacheOptions } from './cache-aside.options.js';

/** Where `@CacheAside` keeps its options on the function that it decorates. */
export const CACHE_ASIDE = Symbol('CACHE_ASIDE');

/** Where `@CacheInvalidate` keeps the name of its cache. */
export const CACHE_INVALIDATE = Symbol('CACHE_INVALIDATE');

/** Options of a handler, whatever it reads: they are called with what its own `read` returned. */
export type AnyHandlerOptions = HandlerCacheOptions<unknown>;

/** What `@CacheAside` was told about a function, if it was. */
export function asideOptionsOf(
  method: object,
): AnyHandlerOptions | MethodCacheOptions<readonly unknown[]> | undefined {
  // Only the decorator writes there.
  return Reflect.getMetadata(CACHE_ASIDE, method) as
    AnyHandlerOptions | MethodCacheOptions<readonly unknown[]> | undefined;
}

/** Which cache `@CacheInvalidate` works on, if the function has it. */
export function invalidateTargetOf(
  method: object,
): { readonly cache: string | undefined } | undefined {
  // Only the decorator writes there.
  return Reflect.getMetadata(CACHE_INVALIDATE, method) as
    { readonly cache: string | undefined } | undefined;
}
