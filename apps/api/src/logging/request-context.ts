import { AsyncScope } from '@gad/cache/store';

/** What is known about the request at hand, wherever it is answered. Log lines carry its id. */
export interface RequestContext {
  readonly requestId: string;
  readonly clientAddress?: string;
}

export const requestContext = new AsyncScope<RequestContext>();

/**
 * Runs work in the context of its request. A request that may be answered from the cache enters it
 * here, when it leaves the way of a hit: before Node 24 an async context costs every promise of the
 * process, and a hit has use for none.
 */
export function inRequest<T>(
  request: { readonly id: string; readonly clientAddress: string },
  work: () => T,
): T {
  if (requestContext.getStore() !== undefined) return work();
  const { id: requestId, clientAddress } = request;
  return requestContext.run({ requestId, clientAddress }, work);
}
