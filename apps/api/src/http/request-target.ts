import type { IncomingMessage } from 'node:http';
import { Problem } from '../problems/problem.js';

/**
 * What Node and Fastify let pass although no client may send it: HTTP/1.1 without `Host` or with
 * several, a fragment, a query that is not percent-encoded UTF-8 (whose bytes would be taken as they
 * stand), a body of another type than JSON where none is read.
 */
export function requestLineProblem({
  url = '',
  method,
  httpVersion,
  headers,
  rawHeaders,
}: IncomingMessage): Problem | undefined {
  if (httpVersion === '1.1' && headers.host === undefined) return malformed('Send a Host header');
  // A proxy may have gone by another one than we would.
  if (timesNamed(rawHeaders, 'host') > 1) return malformed('Send one Host header');
  if ((method === 'GET' || method === 'HEAD') && hasOtherBody(headers)) {
    return new Problem('UNSUPPORTED_MEDIA_TYPE', 'Send application/json');
  }
  if (url.includes('#')) {
    return malformed('The URL has a fragment: send a # in a key as %23');
  }
  const [, query = ''] = splitOnce(url, '?');
  return isEncodedUtf8(query) ? undefined : malformed('The query is not percent-encoded UTF-8');
}

/**
 * The path of a request target as it was sent, without what a route has before its `*`. The router
 * decodes a path before it compares, so the words are counted here and not searched for.
 * @param pattern the route's, such as `/api/v1/cache/keys/*`
 */
export function rawRest(url: string, pattern: string): string {
  const [target] = splitOnce(url, '?');
  // `GET http://host/path`, as to a proxy.
  const path = target.startsWith('/') ? target : target.replace(/^[a-z]+:\/\/[^/]*/i, '');
  const words = pattern.split('/').length - 1;
  return path.split('/').slice(words).join('/');
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** @param rawHeaders names and values in turn @param name in lower case */
function timesNamed(rawHeaders: readonly string[], name: string): number {
  let times = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const given = rawHeaders[at];
    if (given?.length === name.length && given.toLowerCase() === name) times += 1;
  }
  return times;
}

function hasOtherBody(headers: IncomingMessage['headers']): boolean {
  const length = headers['content-length'] ?? '0';
  if (length === '0' && headers['transfer-encoding'] === undefined) return false;
  return !/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '');
}

function isEncodedUtf8(text: string): boolean {
  if (!text.includes('%')) return true;
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

const malformed = (detail: string): Problem => new Problem('MALFORMED_REQUEST', detail);
