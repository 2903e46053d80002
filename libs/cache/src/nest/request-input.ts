import type { ExecutionContext, PipeTransform, Type } from '@nestjs/common';

/** A request as the server gives it, unchecked. */
export interface RawRequest {
  readonly params: Readonly<Record<string, string>>;
  /** A repeated or nested parameter is no string. */
  readonly query: Readonly<Record<string, unknown>>;
}

/** The raw parameters and query of an HTTP request, on Fastify and on Express. */
export function rawRequest(context: ExecutionContext): RawRequest {
  // What `switchToHttp().getRequest()` returns, without the three closures that it makes.
  return context.getArgByIndex<RawRequest>(0);
}

/** Classes that the parts of a request are checked against; a part without one stays raw. */
export interface RequestShape<Params, Query> {
  readonly params?: Type<Params>;
  readonly query?: Type<Query>;
}

/**
 * For `read` of `@CacheAside`: puts the request through a pipe before the key is made, because the
 * handler's own pipes run only when the handler does. What the pipe throws is answered as ever.
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
      // The pipe makes an instance of the class, or throws; without one the type is the raw one.
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
