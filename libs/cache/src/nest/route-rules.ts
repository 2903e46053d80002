import { RequestMethod } from '@nestjs/common';
import {
  METHOD_METADATA,
  RESPONSE_PASSTHROUGH_METADATA,
  ROUTE_ARGS_METADATA,
  RouteParamtypes,
  SSE_METADATA,
} from '@nestjs/common/internal';
import { CacheOptionsError } from '../cache-errors.js';

/** Whether a method is an HTTP handler. */
export function isRoute(method: object): boolean {
  return Reflect.hasMetadata(METHOD_METADATA, method);
}

/**
 * Refuses, at start, handlers whose answers no cache can repeat.
 *
 * @throws CacheOptionsError
 */
export function assertCacheable(type: object, name: string, method: object, where: string): void {
  const reason = whyNot(type, name, method);
  if (reason !== undefined) throw new CacheOptionsError('scope', `${where} ${reason}`);
}

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
  const parameters: unknown = Reflect.getMetadata(ROUTE_ARGS_METADATA, type, name) ?? {};
  const kinds = [RouteParamtypes.RESPONSE, RouteParamtypes.NEXT].map(String);
  return Object.keys(Object(parameters) as object).some((key) =>
    kinds.includes(key.split(':')[0] ?? ''),
  );
}
