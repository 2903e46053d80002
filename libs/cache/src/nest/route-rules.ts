import { RequestMethod } from '@nestjs/common';
import {
  METHOD_METADATA,
  RESPONSE_PASSTHROUGH_METADATA,
  ROUTE_ARGS_METADATA,
  RouteParamtypes,
  SSE_METADATA,
} from '@nestjs/common/internal';
import { CacheOptionsError } from '../cache-errors.js';
import type { AnyHandlerOptions } from './cache-aside.metadata.js';

/** Whether a method is an HTTP handler. */
export function isRoute(method: object): boolean {
  return Reflect.hasMetadata(METHOD_METADATA, method);
}

/**
 * Refuses, at start, handlers whose answers no cache can repeat.
 *
 * @throws CacheOptionsError
 */
export function assertCacheable(
  type: object,
  name: string,
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

/** Options with which a handler runs, or goes on, in the background. */
const BEHIND_ITS_ANSWER = ['staleFor', 'earlyRefresh', 'softTimeout'] as const;

function whyNot(type: object, name: string, method: object): string | undefined {
  if (!isRoute(method)) {
    return 'is no HTTP handler, so @CacheAside takes no scope there: leave it out.';
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
function writesItself(type: object, name: string): boolean {
  if (Reflect.getMetadata(RESPONSE_PASSTHROUGH_METADATA, type, name) === true) return false;
  return takes(type, name, [RouteParamtypes.RESPONSE, RouteParamtypes.NEXT]);
}

function takes(type: object, name: string, kinds: readonly RouteParamtypes[]): boolean {
  const parameters: unknown = Reflect.getMetadata(ROUTE_ARGS_METADATA, type, name) ?? {};
  return Object.keys(Object(parameters) as object).some((key) =>
    kinds.map(String).includes(key.split(':')[0] ?? ''),
  );
}
