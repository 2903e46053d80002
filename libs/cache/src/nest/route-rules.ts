import { RequestMethod } from '@nestjs/common';
import { CacheOptionsError } from '../cache-errors.js';
import { NO_ROUTE } from './bound-method.js';
import type { AnyHandlerOptions } from './decorated.js';
import { handlerDecoration, handlerNames, isRoute } from './decorated.js';
import {
  METHOD_METADATA,
  RESPONSE_PASSTHROUGH_METADATA,
  ROUTE_ARGS_METADATA,
  ROUTE_PARAMETERS,
  SSE_METADATA,
} from './nest-metadata.js';

/**
 * Rejects, at start, handlers whose answers cannot be repeated from a cache.
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
  const needs = takes(type, name, [ROUTE_PARAMETERS.RESPONSE])
    ? 'must not inject the response (@Res)'
    : (options.headers?.length ?? 0) > 0
      ? 'must not have the option headers'
      : undefined;
  if (needs === undefined) return;
  throw new CacheOptionsError(
    option,
    `${where} has ${option}, so it may run after its request was answered: it ${needs}.`,
  );
}

/** Metadata keys of the handlers of @nestjs/microservices, websockets and graphql. */
const OTHER_TRANSPORTS = [
  'microservices:handler_type',
  'websockets:message_mapping',
  'graphql:resolver_type',
] as const;
/** `PatternHandler.EVENT` of @nestjs/microservices. */
const EVENT_HANDLER = 2;

/**
 * Rejects a cached event handler: it has no answer, and a hit would skip its work.
 *
 * @throws CacheOptionsError
 */
export function assertAnswers(method: object, where: string): void {
  if (Reflect.getMetadata('microservices:handler_type', method) !== EVENT_HANDLER) return;
  throw new CacheOptionsError(
    'cache',
    `${where} handles events, which have no answer: a hit would skip its work. Cache a method that it calls instead.`,
  );
}

/**
 * Rejects a route without `@CacheAside` that replaces one with it: an override of a cached handler,
 * or a decorator above this library's that dropped its metadata.
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
      `${type.name}.${String(name)} takes the place of a handler with @CacheAside and has none itself: put @CacheAside on it, above any decorator that replaces the method; use enabled: false if it must not be cached.`,
    );
  }
}

/** Options that let a handler start, or continue, in the background. */
const BEHIND_ITS_ANSWER = ['staleWhileRevalidate', 'earlyRefresh', 'softTimeout'] as const;

function whyNot(type: object, name: string | symbol, method: object): string | undefined {
  if (!isRoute(method)) return NO_ROUTE;
  if (OTHER_TRANSPORTS.some((key) => Reflect.hasMetadata(key, method))) {
    return 'also handles messages or queries, which are not answered over HTTP: use a separate method for each.';
  }
  const verb: unknown = Reflect.getMetadata(METHOD_METADATA, method);
  if (Reflect.hasMetadata(SSE_METADATA, method)) {
    return 'sends server-sent events, which cannot be cached.';
  }
  if (verb !== RequestMethod.GET && verb !== RequestMethod.HEAD) {
    return 'answers requests that are not GET or HEAD; cache a method that it calls instead.';
  }
  if (writesItself(type, name)) {
    return 'sends its response itself (@Res or @Next): use @Res({ passthrough: true }), or do not cache it.';
  }
  return undefined;
}

/** The same rule as Nest's: such a handler sends its response itself. */
function writesItself(type: object, name: string | symbol): boolean {
  if (Reflect.getMetadata(RESPONSE_PASSTHROUGH_METADATA, type, name) === true) return false;
  return takes(type, name, [ROUTE_PARAMETERS.RESPONSE, ROUTE_PARAMETERS.NEXT]);
}

function takes(type: object, name: string | symbol, kinds: readonly number[]): boolean {
  const parameters: unknown = Reflect.getMetadata(ROUTE_ARGS_METADATA, type, name) ?? {};
  return Object.keys(Object(parameters) as object).some((key) =>
    kinds.map(String).includes(key.split(':')[0] ?? ''),
  );
}
