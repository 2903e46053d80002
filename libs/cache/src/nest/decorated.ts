import { METHOD_METADATA } from '@nestjs/common/internal';
import { CacheOptionsError } from '../cache-errors.js';
import type { HandlerCacheOptions, MethodCacheOptions } from './cache-aside.options.js';

/** Options of a handler, whatever it reads: they are called with what its own `read` returned. */
export type AnyHandlerOptions = HandlerCacheOptions<unknown>;
/** Options of a method, whatever its arguments: the decorator's own type has checked them. */
export type AnyMethodOptions = MethodCacheOptions<readonly unknown[]>;

/** One decorator of this library on one method. */
export class Decorated {
  /** The same for classes that one function has made: which code this is. */
  readonly source: string;

  /**
   * @param where `Class.method`, for messages
   * @param cache name of the cache
   * @param aside what `@CacheAside` was told; none of `@CacheInvalidate`
   * @param isServedIn asked by another copy of the library: whether a Nest container has that cache
   *   from this copy
   */
  constructor(
    readonly where: string,
    readonly cache: string | undefined,
    readonly aside: AnyHandlerOptions | AnyMethodOptions | undefined,
    readonly isServedIn: (container: object) => boolean,
  ) {
    this.source = `${where} ${String(aside?.key)}`;
  }
}

/** Where the decorators keep what they know on the function; the same in every copy of the library. */
const DECORATED = Symbol.for('@gad/cache:decorated');
/** Where a class keeps the names of its cached handlers, its base's included. */
const HANDLERS = Symbol('HANDLERS');

/** What the decorators of this library, and of other copies of it, have noted on a function. */
export function decorationsOf(method: object): readonly Decorated[] {
  // Only the decorators write there.
  return (Reflect.getMetadata(DECORATED, method) ?? []) as readonly Decorated[];
}

export function noteDecorated(method: object, decorated: Decorated): void {
  Reflect.defineMetadata(DECORATED, [...decorationsOf(method), decorated], method);
}

/** What `@CacheAside` was told about a handler, if the function is one and has it. */
export function handlerDecoration(
  method: object,
): (Decorated & { readonly aside: AnyHandlerOptions }) | undefined {
  return decorationsOf(method).find(isOfHandler);
}

function isOfHandler(
  decorated: Decorated,
): decorated is Decorated & { readonly aside: AnyHandlerOptions } {
  return decorated instanceof Decorated && decorated.aside?.scope !== undefined;
}

/** Names of methods that are cached handlers in a class or in one that it extends. */
export function handlerNames(type: object): readonly (string | symbol)[] {
  return (Reflect.getMetadata(HANDLERS, type) ?? []) as readonly (string | symbol)[];
}

export function noteHandler(type: object, name: string | symbol): void {
  Reflect.defineMetadata(HANDLERS, [...handlerNames(type), name], type);
}

/** Whether a method is an HTTP handler. */
export function isRoute(method: object): boolean {
  return Reflect.hasMetadata(METHOD_METADATA, method);
}

/** An asynchronous method as its decorator sees it. */
export type AsyncMethod = (...args: unknown[]) => unknown;

/**
 * The method that a decorator was put on.
 *
 * @throws CacheOptionsError where it was put on something else
 */
export function methodOf(descriptor: PropertyDescriptor | undefined, where: string): AsyncMethod {
  // A property has no descriptor, an accessor no value.
  const value: unknown = descriptor?.value;
  if (typeof value === 'function') return value as AsyncMethod;
  throw new CacheOptionsError(
    'cache',
    `${where} is no method, so it can be neither cached nor invalidate.`,
  );
}

/** `Class.method`, for messages, of what a decorator was given. */
export function whereOf(target: object, name: string | symbol): string {
  const type = typeof target === 'function' ? target : target.constructor;
  return `${type.name}.${String(name)}`;
}
