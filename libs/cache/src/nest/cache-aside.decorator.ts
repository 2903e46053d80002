import { UseInterceptors } from '@nestjs/common';
import { CacheOptionsError } from '../cache-errors.js';
import type { OptionKinds } from '../option-checks.js';
import {
  assertKinds,
  assertKnown,
  CALLBACK,
  CHECKED,
  FLAG,
  FLAG_OR_CALLBACK,
  oneOf,
  TEXT,
  TEXTS,
} from '../option-checks.js';
import { READ_OPTIONS, readOptionsOf } from '../values/get-or-set-options.js';
import type { As, MadeOf } from '../values/as.js';
import { assertTimes } from '../values/staleness.js';
import type { MethodCall } from './bound-method.js';
import { aroundMethod, watchHandler } from './bound-method.js';
import { CacheAsideInterceptor } from './cache-aside.interceptor.js';
import type {
  HandlerCacheOptions,
  MethodCacheOptions,
  RawHandlerOptions,
  ReadingHandlerOptions,
} from './cache-aside.options.js';
import type { AnyHandlerOptions, AnyMethodOptions } from './decorated.js';
import { handlerDecoration, methodOf, noteHandler, whereOf } from './decorated.js';
import { keyOfInstance } from './private-keys.js';

/** Compiles only if the method may return what `as` makes; without `as` it is not asked. */
type Remade<Result, A> = As extends A
  ? unknown
  : [A] extends [undefined]
    ? unknown
    : [MadeOf<Result, A>] extends [Result]
      ? unknown
      : { readonly 'as makes something else than the method returns': never };

/** A method decorator that compiles only if `Key` accepts the method's arguments. */
export type MethodCacheDecorator<Args extends readonly unknown[], A = As | undefined> = <
  Method extends (...args: never) => Promise<unknown>,
>(
  target: object,
  name: string | symbol,
  descriptor: TypedPropertyDescriptor<Method> &
    (((...args: Args) => string) extends (...args: Parameters<Method>) => string
      ? unknown
      : { readonly 'key takes other arguments than the method': never }) &
    Remade<Awaited<ReturnType<Method>>, A>,
) => void;

/**
 * Cache-aside around an HTTP handler or around any provider's asynchronous method.
 *
 * On a **handler** (with `scope`) it is an interceptor: guards run first, and a hit skips the
 * handler and its pipes. Serializer interceptors are applied before the answer is stored. Only
 * plain JSON answers with the route's own 2xx status (not 206) are stored: errors, streams, files,
 * and answers that set a status, a cookie or a header pass through unchanged.
 *
 * On a **method** it works without HTTP and for every kind of call. The method must return a
 * promise. If several instances run it (a request-scoped class, subclasses), the option `instances`
 * must define which of them share entries.
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
 * @throws CacheOptionsError at start if the options cannot work for this method, and from the first
 *   call if that could not be known at start
 */
export function CacheAside<Input, Value = unknown>(
  options: ReadingHandlerOptions<Input, Value>,
): MethodDecorator;
export function CacheAside<Value = unknown>(options: RawHandlerOptions<Value>): MethodDecorator;
export function CacheAside<
  Args extends readonly unknown[],
  A extends As | undefined = As | undefined,
>(options: MethodCacheOptions<Args, A>): MethodCacheDecorator<Args, A>;
export function CacheAside(
  // One of the overloads has checked the caller's types.
  options: HandlerCacheOptions<never> | MethodCacheOptions<never>,
): MethodDecorator {
  // Untyped callers may hand in anything.
  const ofMethod = (Object(options) as typeof options).scope === undefined;
  const kinds = ofMethod ? METHOD_OPTIONS : HANDLER_OPTIONS;
  assertKnown(options, kinds, '@CacheAside', (name) =>
    name === 'as'
      ? ' on a handler, whose answer is stored as its serializers make it.'
      : name in HANDLER_OPTIONS
        ? ' without a scope: it is one of HTTP handlers.'
        : undefined,
  );
  assertTimes(options);
  return (target, name, descriptor) => {
    const where = whereOf(target, name);
    assertKinds(options, kinds, `${where}: `, ['key']);
    if (options.scope === undefined) {
      // The decorator's own type has checked that the key takes the method's arguments.
      const aside = options as AnyMethodOptions;
      aroundMethod(target, name, descriptor, { cache: aside.cache, aside }, cacheAside(aside));
      return;
    }
    // The overloads have checked that the other callbacks accept what `read` returns.
    const aside = options as unknown as AnyHandlerOptions;
    checkHandlerOptions(aside, where);
    if (handlerDecoration(methodOf(descriptor, where)) !== undefined) {
      throw new CacheOptionsError('cache', `${where} has two @CacheAside: a handler takes one.`);
    }
    watchHandler(target, name, descriptor, aside);
    noteHandler(target.constructor, name);
    UseInterceptors(CacheAsideInterceptor)(target, name, descriptor);
  };
}

const METHOD_OPTIONS: OptionKinds<MethodCacheOptions<never>> = {
  ...READ_OPTIONS,
  as: ['a class or a function', CALLBACK[1]],
  key: CALLBACK,
  cache: TEXT,
  enabled: FLAG_OR_CALLBACK,
  instances: ["'shared' or a function", (one) => one === 'shared' || typeof one === 'function'],
  scope: CHECKED,
};

const { as: _, ...OF_BOTH } = METHOD_OPTIONS;

const HANDLER_OPTIONS: OptionKinds<HandlerCacheOptions> = {
  ...OF_BOTH,
  scope: oneOf('shared', 'user'),
  read: CALLBACK,
  vary: CALLBACK,
  headers: TEXTS,
  valid: CALLBACK,
  rawJson: FLAG,
  map: CALLBACK,
};

function cacheAside(aside: AnyMethodOptions): (call: MethodCall) => Promise<unknown> {
  const { key, enabled = true, instances } = aside;
  const entry = readOptionsOf(aside);
  const uses = typeof enabled === 'function' ? enabled : (): boolean => enabled;
  return ({ face, owner, decorated, self, args, run }) => {
    if (!face.enabled || !uses(...args)) return run();
    const given = key(...args);
    if (instances === undefined) {
      owner.application.assertDistinguished(decorated, given, (other) =>
        (other.aside as AnyMethodOptions).key(...args),
      );
    }
    return face.cache.getOrSet(keyOfInstance(instances, self, given), run, entry);
  };
}

function checkHandlerOptions(options: AnyHandlerOptions, where: string): void {
  if (options.headers?.some((name) => name.toLowerCase() === 'set-cookie') === true) {
    throw new CacheOptionsError(
      'headers',
      `${where}: headers must not name set-cookie, which would hand one caller's cookie to others.`,
    );
  }
}
