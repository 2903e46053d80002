import { isObservable } from 'rxjs';
import { CacheOptionsError } from '../cache-errors.js';
import type { Owner } from './application.js';
import { applicationOf } from './application.js';
import type { AnyHandlerOptions, AnyMethodOptions } from './decorated.js';
import { Decorated, isRoute, methodOf, noteDecorated, whereOf } from './decorated.js';
import type { CacheBinding } from './cache-binding.js';
import { ownerOf, ownInstancesOf } from './owner.js';

/** One call of a decorated method. */
export interface MethodCall {
  readonly face: CacheBinding;
  readonly owner: Owner;
  readonly decorated: Decorated;
  readonly self: unknown;
  readonly args: readonly unknown[];
  /** Runs the original method. */
  readonly run: () => Promise<unknown>;
}

/**
 * Wraps a decorated method in `around`. The function itself is replaced, so the wrapper applies to
 * every kind of call: by `super`, on an instance of any scope, on a proxy. Misuse rejects, as any
 * failure of an asynchronous method does.
 */
export function aroundMethod(
  target: object,
  name: string | symbol,
  descriptor: PropertyDescriptor,
  options: { readonly cache: string | undefined; readonly aside?: AnyMethodOptions },
  around: (call: MethodCall) => Promise<unknown>,
): void {
  const where = whereOf(target, name);
  const method = methodOf(descriptor, where);
  const decorated = decoratedOf(where, options.cache, options.aside);
  if (typeof target !== 'function') ownInstancesOf(target);
  replaceMethod(descriptor, decorated, function (this: unknown, ...args: unknown[]): unknown {
    let owner: Owner | undefined;
    try {
      owner = ownerOf(this, where);
      if (owner !== undefined) {
        const face = faceFor(owner, decorated);
        const run = async (): Promise<unknown> => promised(method.apply(this, args), decorated);
        return around({ face, owner, decorated, self: this, args, run });
      }
    } catch (error) {
      return rejected(error);
    }
    // In a program without an application the method runs undecorated.
    return method.apply(this, args);
  });
}

/**
 * A handler is cached by its interceptor; this wrapper only ensures that the method is a route and
 * so has one.
 */
export function watchHandler(
  target: object,
  name: string | symbol,
  descriptor: PropertyDescriptor,
  aside: AnyHandlerOptions,
): void {
  const where = whereOf(target, name);
  const method = methodOf(descriptor, where);
  const decorated = decoratedOf(where, aside.cache, aside);
  const replacement = function (this: unknown, ...args: unknown[]): unknown {
    if (isRoute(replacement)) return method.apply(this, args);
    return rejected(new CacheOptionsError('scope', `${where} ${NO_ROUTE}`));
  };
  replaceMethod(descriptor, decorated, replacement);
}

/** Why a function with a scope is rejected. */
export const NO_ROUTE =
  'is not an HTTP handler, so @CacheAside must not have a scope there: leave it out.';

function decoratedOf(
  where: string,
  cache: string | undefined,
  aside: AnyHandlerOptions | AnyMethodOptions | undefined,
): Decorated {
  return new Decorated(where, cache, aside, (container) => applicationOf(container).has(cache));
}

function faceFor(owner: Owner, decorated: Decorated): CacheBinding {
  const { application } = owner;
  const face = application.face(decorated);
  if (decorated.aside !== undefined) application.admit(decorated, owner);
  // Nest does not call `onModuleInit` on a module that is loaded later.
  face.opening ??= face.cache.onModuleInit();
  return face;
}

/**
 * Rejects Observables, which have not started yet, streams and generators: none is a value that can
 * be stored.
 */
async function promised(outcome: unknown, { aside, where }: Decorated): Promise<unknown> {
  const result = await outcome;
  const given = Object(result) as object;
  const comesInBits =
    aside !== undefined &&
    (Symbol.asyncIterator in given ||
      Object.prototype.toString.call(given) === '[object Generator]');
  if (!isObservable(result) && !comesInBits) return result;
  throw new CacheOptionsError(
    'cache',
    `${where} must return a promise of a value, not an Observable, a stream or a generator.`,
  );
}

/** Rejects with the thrown value, unchanged. */
function rejected(error: unknown): Promise<never> {
  return Promise.resolve().then(() => {
    throw error;
  });
}

/**
 * Copies metadata, name and length: other decorators and frameworks read them from the function.
 */
function replaceMethod(
  descriptor: PropertyDescriptor,
  decorated: Decorated,
  replacement: (this: unknown, ...args: unknown[]) => unknown,
): void {
  const method = methodOf(descriptor, decorated.where);
  for (const key of Reflect.getOwnMetadataKeys(method)) {
    Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, method), replacement);
  }
  Object.defineProperty(replacement, 'name', { value: method.name, configurable: true });
  Object.defineProperty(replacement, 'length', { value: method.length, configurable: true });
  descriptor.value = replacement;
  noteDecorated(replacement, decorated);
}
