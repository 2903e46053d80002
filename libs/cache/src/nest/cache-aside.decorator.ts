import { UseInterceptors } from '@nestjs/common';
import { assertReadThrough } from '../engine/age.js';
import { CacheOptionsError } from '../cache-errors.js';
import type { AroundMethod } from './bound-method.js';
import { aroundMethod } from './bound-method.js';
import { CacheAsideInterceptor } from './cache-aside.interceptor.js';
import type {
  HandlerCacheOptions,
  MethodCacheOptions,
  RawHandlerOptions,
  ReadingHandlerOptions,
} from './cache-aside.options.js';
import { CACHE_ASIDE } from './cache-aside.metadata.js';

/** A method decorator that compiles only where `Key` takes what the method takes. */
export type MethodCacheDecorator<Args extends readonly unknown[]> = <
  Method extends (...args: never) => Promise<unknown>,
>(
  target: object,
  name: string | symbol,
  descriptor: TypedPropertyDescriptor<Method> &
    (((...args: Args) => string) extends (...args: Parameters<Method>) => string
      ? unknown
      : { readonly 'key takes other arguments than the method': never }),
) => void;

/**
 * Cache-aside around an HTTP handler or around any provider's asynchronous method.
 *
 * On a **handler** (with `scope`) it is an interceptor: guards have run, a hit skips the handler
 * and its pipes. What serializer interceptors would do to the answer is done before it is stored.
 * Only plain JSON answers with the route's own 2xx status (not 206) are stored: errors, streams,
 * files, answers with a status, a cookie or a header of their own pass through untouched.
 *
 * On a **method** it works without HTTP, also when the instance calls itself. The method must
 * return a promise, and its class must not be request-scoped or transient.
 *
 * ```ts
 * @Get(':id')
 * @CacheAside({ scope: 'shared', key: ({ params }) => cacheKey`items:${params['id'] ?? ''}`, ttl: 60 })
 * find(@Param('id') id: string) { … }
 *
 * @CacheAside({ key: (id: number) => `prices:${id}`, ttl: 300 })
 * async priceOf(id: number): Promise<Price> { … }
 * ```
 *
 * Cost: that of `getOrSet`; with `map` that of `getOrSetEntry`.
 *
 * @throws CacheOptionsError at start, where it cannot do what was asked
 */
export function CacheAside<Input, Value = unknown>(
  options: ReadingHandlerOptions<Input, Value>,
): MethodDecorator;
export function CacheAside<Value = unknown>(options: RawHandlerOptions<Value>): MethodDecorator;
export function CacheAside<Args extends readonly unknown[]>(
  options: MethodCacheOptions<Args>,
): MethodCacheDecorator<Args>;
export function CacheAside(
  // Overloads: whoever calls this has had the types checked by one of them.
  options: HandlerCacheOptions<never> | MethodCacheOptions<never>,
): MethodDecorator {
  assertReadThrough(options);
  return (target, name, descriptor) => {
    const where = `${target.constructor.name}.${String(name)}`;
    if (options.scope === undefined) aroundMethod(descriptor, options.cache, cacheAside(options));
    else checkHandlerOptions(options, where);
    // After the replacement, which is what will be looked at.
    Reflect.defineMetadata(CACHE_ASIDE, options, valueOf(descriptor));
    if (options.scope !== undefined)
      UseInterceptors(CacheAsideInterceptor)(target, name, descriptor);
  };
}

function valueOf(descriptor: PropertyDescriptor): object {
  return descriptor.value as object; // decorators of methods are given nothing else
}

function cacheAside(options: MethodCacheOptions<never>): AroundMethod {
  // The decorator's own type has checked that the key takes the method's arguments.
  const { key, enabled = true, ...entry } = options as MethodCacheOptions<readonly unknown[]>;
  const uses = typeof enabled === 'function' ? enabled : (): boolean => enabled;
  return (face, args, call) => {
    if (!face.enabled || !uses(...args)) return call();
    return face.cache.getOrSet(key(...args), call, entry);
  };
}

function checkHandlerOptions(options: HandlerCacheOptions<never>, where: string): void {
  // Without types, any text may arrive here.
  const scope: string = options.scope;
  if (scope !== 'shared' && scope !== 'user') {
    throw new CacheOptionsError('scope', `${where}: scope must be 'shared' or 'user'.`);
  }
  if (options.headers?.some((name) => name.toLowerCase() === 'set-cookie') === true) {
    throw new CacheOptionsError(
      'headers',
      `${where}: headers must not name set-cookie, which would hand one caller's cookie to others.`,
    );
  }
}
