import { AsyncLocalStorage } from 'node:async_hooks';

/** What is known about the request at hand, wherever it is answered. Log lines carry its id. */
export interface RequestContext {
  readonly requestId: string;
  readonly clientAddress?: string;
}

export const requestContext = new AsyncLocalStorage<RequestContext>();
