import { CacheOptionsError } from '../cache-errors.js';
import type { HandlerCacheOptions, MethodCacheOptions } from './cache-aside.options.js';
import { METHOD_METADATA } from './nest-metadata.js';

/** Options of any handler; its callbacks receive what its own `read` returned. */
export type AnyHandlerOptions = HandlerCacheOptions<unknown>;
/** Options of any method; the decorator's type has checked the arguments. */
export type AnyMethodOptions = MethodCacheOptions<readonly unknown[]>;

/** One use of a decorator on one method. */
export class Decorated {
  /** Identifies the code: equal for classes that one function generates. */
  readonly source: string;

  /**
   * @param where `Class.method`, for messages
   * @param cache name of the cache
   * @param aside options of `@CacheAside`; absent for `@CacheInvalidate`
   * @param isServedIn whether a Nest container has that cache from this copy of the library; called
   *   by other copies
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

/** Metadata key of the decorators on a function; the same in every copy of the library. */
const DECORATED = Symbol.for('@gad/cache:decorated');
/** Metadata key for the names of a class's cached handlers, inherited ones included. */
const HANDLERS = Symbol('HANDLERS');

/** What the decorators of all copies of this library have recorded on a function. */
export function decorationsOf(method: object): readonly Decorated[] {
  // Only the decorators write this key.
  return (Reflect.getMetadata(DECORATED, method) ?? []) as readonly Decorated[];
}

export function noteDecorated(method: object, decorated: Decorated): void {
  Reflect.defineMetadata(DECORATED, [...decorationsOf(method), decorated], method);
}

/** The `@CacheAside` of a function, if it is a cached handler. */
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

/** Names of the cached handlers of a class and its base classes. */
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
 * @throws CacheOptionsError when it was applied to something else
 */
export function methodOf(descriptor: PropertyDescriptor | undefined, where: string): AsyncMethod {
  // A property has no descriptor, an accessor no value.
  const value: unknown = descriptor?.value;
  if (typeof value === 'function') return value as AsyncMethod;
  throw new CacheOptionsError(
    'cache',
    `${where} is not a method, so it can neither be cached nor invalidate.`,
  );
}

/**
 * `Class.method` of a decorator's target, for messages.
 *
 * @throws CacheOptionsError when it is called as a standard decorator: its second argument is then
 *   a context object
 */
export function whereOf(target: object, name: string | symbol): string {
  const given: unknown = name;
  if (typeof given === 'object') {
    throw new CacheOptionsError(
      'cache',
      "The decorators of @gad/cache are TypeScript's own, as Nest's are: set experimentalDecorators in the options of the compiler.",
    );
  }
  const type = typeof target === 'function' ? target : target.constructor;
  return `${type.name}.${String(name)}`;
}
