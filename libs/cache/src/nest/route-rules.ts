import { RequestMethod } from '@nestjs/common';
import {
  METHOD_METADATA,
  RESPONSE_PASSTHROUGH_METADATA,
  ROUTE_ARGS_METADATA,
  RouteParamtypes,
  SSE_METADATA,
} from '@nestjs/common/internal';
import { CacheOptionsError } from '../cache-errors.js';
import { NO_ROUTE } from './bound-method.js';
import type { AnyHandlerOptions } from './decorated.js';
import { handlerDecoration, handlerNames, isRoute } from './decorated.js';

/**
 * Refuses, at start, handlers whose answers no cache can repeat.
 *
 * @throws CacheOptionsError
 */
export function assertCacheable(
  type: object,
  name: string | symbol,
  method: object,
  where: string,
  options: AnyHandlerOptions,
): void {
  const reason = whyNot(type, name, method);
  if (reason !== undefined) throw new CacheOptionsError('scope', `${where} ${reason}`);
  const option = BEHIND_ITS_ANSWER.find((one) => Boolean(options[one]));
  if (option === undefined) return;
  const needs = takes(type, name, [RouteParamtypes.RESPONSE])
    ? 'must not take the response (@Res)'
    : (options.headers?.length ?? 0) > 0
      ? 'must not have headers to repeat'
      : undefined;
  if (needs === undefined) return;
  throw new CacheOptionsError(
    option,
    `${where} has ${option}, so it may run when its request has been answered already: it ${needs}.`,
  );
}

/** Where @nestjs/microservices, websockets and graphql note their handlers. */
const OTHER_TRANSPORTS = [
  'microservices:handler_type',
  'websockets:message_mapping',
  'graphql:resolver_type',
] as const;
/** `PatternHandler.EVENT` of @nestjs/microservices. */
const EVENT_HANDLER = 2;

/**
 * Refuses a cached method whose result nobody is answered with: what it does would be left out.
 *
 * @throws CacheOptionsError
 */
export function assertAnswers(method: object, where: string): void {
  if (Reflect.getMetadata('microservices:handler_type', method) !== EVENT_HANDLER) return;
  throw new CacheOptionsError(
    'cache',
    `${where} handles events, which nobody is answered: a hit would leave its work undone. Cache a method that it reads with.`,
  );
}

/**
 * Refuses a route without `@CacheAside` in the place of one with it: a class that overrides a cached
 * handler, or a decorator above ours that has dropped what ours had noted.
 *
 * @throws CacheOptionsError
 */
export function assertNotOverridden(
  type: { readonly name: string } & object,
  methods: ReadonlyMap<string | symbol, object>,
): void {
  for (const name of handlerNames(type)) {
    const method = methods.get(name);
    if (method === undefined || !isRoute(method) || handlerDecoration(method) !== undefined)
      continue;
    throw new CacheOptionsError(
      'scope',
      `${type.name}.${String(name)} takes the place of a handler with @CacheAside and has none itself: put @CacheAside on it, above what replaces the method; with enabled: false if it is not to be cached.`,
    );
  }
}

/** Options with which a handler runs, or goes on, in the background. */
const BEHIND_ITS_ANSWER = ['staleWhileRevalidate', 'earlyRefresh', 'softTimeout'] as const;

function whyNot(type: object, name: string | symbol, method: object): string | undefined {
  if (!isRoute(method)) return NO_ROUTE;
  if (OTHER_TRANSPORTS.some((key) => Reflect.hasMetadata(key, method))) {
    return 'is a handler of messages or queries as well, which no HTTP answer is for: give each its own method.';
  }
  const verb: unknown = Reflect.getMetadata(METHOD_METADATA, method);
  if (Reflect.hasMetadata(SSE_METADATA, method)) {
    return 'sends events for as long as its client listens, which cannot be cached.';
  }
  if (verb !== RequestMethod.GET && verb !== RequestMethod.HEAD) {
    return 'answers requests that are not GET or HEAD; cache the method that it reads with instead.';
  }
  if (writesItself(type, name)) {
    return 'writes its answer by itself (@Res or @Next): use @Res({ passthrough: true }), or do not cache it.';
  }
  return undefined;
}

/** By the same rule as Nest, which then leaves the sending to the handler. */
function writesItself(type: object, name: string | symbol): boolean {
  if (Reflect.getMetadata(RESPONSE_PASSTHROUGH_METADATA, type, name) === true) return false;
  return takes(type, name, [RouteParamtypes.RESPONSE, RouteParamtypes.NEXT]);
}

function takes(type: object, name: string | symbol, kinds: readonly RouteParamtypes[]): boolean {
  const parameters: unknown = Reflect.getMetadata(ROUTE_ARGS_METADATA, type, name) ?? {};
  return Object.keys(Object(parameters) as object).some((key) =>
    kinds.map(String).includes(key.split(':')[0] ?? ''),
  );
}
