import type { CacheFace } from './cache-face.js';

/**
 * The caches of one instance, by name. An instance belongs to one application, so two of them in
 * one process share nothing, though they share the classes and their decorators.
 */
const caches = new WeakMap<object, Map<string | undefined, CacheFace>>();

/** Lets the decorated methods of an instance use a cache. */
export function bindCache(instance: object, name: string | undefined, face: CacheFace): void {
  const bound = caches.get(instance) ?? new Map<string | undefined, CacheFace>();
  bound.set(name, face);
  caches.set(instance, bound);
}

/** An asynchronous method as its decorator sees it. */
export type AsyncMethod = (...args: unknown[]) => unknown;

/** A method with the cache in its way. `call` runs the method as it was written. */
export type AroundMethod = (
  face: CacheFace,
  args: readonly unknown[],
  call: () => unknown,
) => unknown;

/**
 * Puts `around` in the way of a decorated method. An instance that no module made — one of a unit
 * test's own — has no cache, and its method is just the method.
 */
export function aroundMethod(
  descriptor: PropertyDescriptor,
  name: string | undefined,
  around: AroundMethod,
): void {
  const method = descriptor.value as AsyncMethod; // decorators of methods are given nothing else
  const replacement = function (this: object, ...args: unknown[]): unknown {
    const face = caches.get(this)?.get(name);
    const call = (): unknown => method.apply(this, args);
    return face === undefined ? call() : around(face, args, call);
  };
  // Other decorators keep what they know on the function, and frameworks look at its name and arity.
  for (const key of Reflect.getOwnMetadataKeys(method)) {
    Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, method), replacement);
  }
  Object.defineProperty(replacement, 'name', { value: method.name, configurable: true });
  Object.defineProperty(replacement, 'length', { value: method.length, configurable: true });
  descriptor.value = replacement;
}
