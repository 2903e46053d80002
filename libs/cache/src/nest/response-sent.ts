import type { ServerResponse } from 'node:http';
import type { HttpResponse } from './http-answer.js';

/** What is written to the socket: Fastify's `raw`, with Express the response itself. */
export function rawOf(response: HttpResponse): ServerResponse {
  // The two servers' responses differ here, and only here.
  const { raw } = response as { readonly raw?: ServerResponse };
  return raw ?? (response as unknown as ServerResponse);
}

/** Whether status and headers are on their way, so that nothing can be changed any more. */
export function isSent(response: HttpResponse): boolean {
  return rawOf(response).headersSent;
}

/**
 * Calls `done` once, when the response is on its way: with `true`, or with `false` when its client
 * has gone before that. Not when all of it is written, which a slow client could put off for ever.
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
  // There is no event for it; every response of HTTP/1 comes by here, explicitly or not.
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
