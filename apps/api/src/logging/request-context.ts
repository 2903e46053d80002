import type { IncomingHttpHeaders } from 'node:http';
import { AsyncScope } from '@gad/cache/store';

/** What is known about the request at hand, wherever it is answered. Log lines carry its id. */
export interface RequestContext {
  readonly requestId: string;
  readonly clientAddress?: string;
  /** The caller that a guard has recognised. */
  readonly usuarioId?: number | undefined;
  /** The trace that the caller's `traceparent` names. */
  readonly trace?: string | undefined;
}

/** A request, as far as it is known here. */
export interface KnownRequest {
  readonly id: string;
  readonly clientAddress: string;
  readonly user?: { readonly id: number };
  readonly headers?: IncomingHttpHeaders;
}

/** Of W3C Trace Context: version, trace, span, flags. */
const TRACEPARENT = /^[\da-f]{2}-([\da-f]{32})-[\da-f]{16}-[\da-f]{2}(?:-|$)/;

/** The context of a request: what a guard finds out later, it shows then. */
class ContextOfRequest implements RequestContext {
  constructor(private readonly request: KnownRequest) {}

  get requestId(): string {
    return this.request.id;
  }

  get clientAddress(): string {
    return this.request.clientAddress;
  }

  get usuarioId(): number | undefined {
    return this.request.user?.id;
  }

  get trace(): string | undefined {
    const traceparent = this.request.headers?.['traceparent'];
    return typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent)?.[1] : undefined;
  }
}

export const requestContext = new AsyncScope<RequestContext>();

/**
 * Runs work in the context of its request. A request that may be answered from the cache enters it
 * here, when it leaves the way of a hit: before Node 24 an async context costs every promise of the
 * process, and a hit has use for none.
 */
export function inRequest<T>(request: KnownRequest, work: () => T): T {
  if (requestContext.getStore() !== undefined) return work();
  return requestContext.run(new ContextOfRequest(request), work);
}
