import type { ExecutionContext, PipeTransform, Type } from '@nestjs/common';

/** A request as the server provides it, unvalidated. */
export interface RawRequest {
  readonly params: Readonly<Record<string, string>>;
  /** A repeated or nested parameter is not a string. */
  readonly query: Readonly<Record<string, unknown>>;
}

/** The raw parameters and query of an HTTP request, on Fastify and on Express. */
export function rawRequest(context: ExecutionContext): RawRequest {
  // The same as `switchToHttp().getRequest()`, without its three closures.
  return context.getArgByIndex<RawRequest>(0);
}

/** Classes that validate the parts of a request; a part without a class stays raw. */
export interface RequestShape<Params, Query> {
  readonly params?: Type<Params>;
  readonly query?: Type<Query>;
}

/**
 * For `read` of `@CacheAside`: runs a pipe on the request before the key is built, because a hit
 * skips the handler's own pipes. Errors of the pipe are answered as usual.
 *
 * ```ts
 * read: validated({ params: ItemParams, query: PageQuery }, new ValidationPipe({ transform: true }))
 * ```
 */
export function validated<Params = RawRequest['params'], Query = RawRequest['query']>(
  shape: RequestShape<Params, Query>,
  pipe: PipeTransform,
): (context: ExecutionContext) => Promise<{ readonly params: Params; readonly query: Query }> {
  return async (context) => {
    const raw = rawRequest(context);
    return {
      // The pipe returns an instance of the class or throws; without a class the type is the raw
      // one.
      params: (await checked(pipe, 'param', shape.params, raw.params)) as Params,
      query: (await checked(pipe, 'query', shape.query, raw.query)) as Query,
    };
  };
}

async function checked(
  pipe: PipeTransform,
  type: 'param' | 'query',
  metatype: Type | undefined,
  value: unknown,
): Promise<unknown> {
  if (metatype === undefined) return value;
  return (await pipe.transform(value, { type, metatype })) as unknown; // pipes are declared `any`
}
