import type { ServerResponse } from 'node:http';
import type { HttpResponse } from './http-answer.js';

/** Node's response: `raw` of Fastify's reply, or Express's response itself. */
export function rawOf(response: HttpResponse): ServerResponse {
  // The only place that distinguishes the two servers' responses.
  const { raw } = response as { readonly raw?: ServerResponse };
  return raw ?? (response as unknown as ServerResponse);
}

/** Whether status and headers have been sent and cannot be changed any more. */
export function isSent(response: HttpResponse): boolean {
  return rawOf(response).headersSent;
}

/**
 * Calls `done` once: with `true` when the headers are sent, with `false` when the client
 * disconnects before that. It does not wait for the whole body, which a slow client could delay for
 * ever.
 */
export function whenSent(response: HttpResponse, done: (sent: boolean) => void): void {
  const raw = rawOf(response);
  if (raw.headersSent || raw.destroyed) {
    done(raw.headersSent);
    return;
  }
  let isDone = false;
  const settled = (): void => {
    raw.removeListener('finish', settled);
    raw.removeListener('close', settled);
    if (isDone) return;
    isDone = true;
    done(raw.headersSent);
  };
  raw.once('finish', settled);
  raw.once('close', settled);
  // Node has no event for it, but every HTTP/1 response calls `writeHead`, explicitly or
  // implicitly.
  const writeHead = raw.writeHead.bind(raw) as (...args: unknown[]) => ServerResponse; // as given
  raw.writeHead = (...args: unknown[]): ServerResponse => {
    const written = writeHead(...args);
    settled();
    return written;
  };
}

/** As {@link whenSent}. */
export function responseSent(response: HttpResponse): Promise<boolean> {
  return new Promise((resolve) => whenSent(response, resolve));
}
