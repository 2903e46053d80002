import { AsyncLocalStorage } from 'node:async_hooks';

/** What log lines written while a request is answered have in common. */
export interface RequestContext {
  readonly requestId: string;
}

export const requestContext = new AsyncLocalStorage<RequestContext>();
