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
  /** Runs the method as it was written. */
  readonly run: () => Promise<unknown>;
}

/**
 * Puts `around` in the way of a decorated method. The function itself is replaced, so that it does not
 * matter how it is called: by `super`, on an instance of whatever scope, on a proxy. What is wrong is
 * a rejection, like all that an asynchronous method has to say.
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
    // In a program without an application the method is just the method.
    return method.apply(this, args);
  });
}

/**
 * A handler is cached by its interceptor; the function itself only sees to it that there is one.
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

/** Why a function with a scope is refused. */
export const NO_ROUTE = 'is no HTTP handler, so @CacheAside takes no scope there: leave it out.';

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
  // A module that is loaded later is not told that the program starts.
  face.opening ??= face.cache.onModuleInit();
  return face;
}

/** An Observable has not begun yet, and what comes bit by bit is no value that can be stored. */
async function promised(outcome: unknown, { aside, where }: Decorated): Promise<unknown> {
  const result = await outcome;
  const comesInBits =
    aside !== undefined && Reflect.has(Object(result) as object, Symbol.asyncIterator);
  if (!isObservable(result) && !comesInBits) return result;
  throw new CacheOptionsError(
    'cache',
    `${where} must return a promise of a value, not an Observable or a stream.`,
  );
}

/** Whatever was thrown is handed on as it is. */
function rejected(error: unknown): Promise<never> {
  return Promise.resolve().then(() => {
    throw error;
  });
}

/** Other decorators keep what they know on the function, and frameworks look at its name and arity. */
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
