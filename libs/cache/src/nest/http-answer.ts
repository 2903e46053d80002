import { isNativeError } from 'node:util/types';

/** What Fastify's reply and Express's response have in common. */
export interface HttpResponse {
  readonly statusCode: number;
  status(code: number): unknown;
  getHeader(name: string): unknown;
  getHeaders(): Readonly<Record<string, unknown>>;
  header(name: string, value: unknown): unknown;
  removeHeader(name: string): unknown;
}

/** Headers to repeat, and the body that they belong to: what is stored when a route names headers. */
export interface StoredAnswer {
  /** By name in lower case; `null` for one that is to be removed. */
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** Whether a stored value is one; others may write under our keys. */
export function isStoredAnswer(value: unknown): value is StoredAnswer {
  if (typeof value !== 'object' || value === null) return false;
  // Both own: what JSON.parse makes has nothing else.
  const { headers } = value as { readonly headers?: unknown }; // an object of whatever fields
  return typeof headers === 'object' && headers !== null && 'body' in value;
}

/** Writes a header as it was read, in place of any that is there; `null` and `undefined` remove it. */
export function writeHeader(response: HttpResponse, name: string, value: unknown): void {
  // Fastify adds a cookie to those that are there.
  response.removeHeader(name);
  if (value === null || value === undefined) return;
  // Express's own `header` completes the type of a content, its `setHeader` does not.
  const { setHeader } = response as Partial<Record<'setHeader', HttpResponse['header']>>;
  if (setHeader === undefined) response.header(name, value);
  else setHeader.call(response, name, value);
}

/**
 * Says that a body which is text is JSON, in the words of both servers. `false` where the response
 * says something else already: then servers treat a text otherwise than an object.
 */
export function declareJson(response: HttpResponse): boolean {
  const declared = response.getHeader('content-type');
  if (declared !== undefined) return typeof declared === 'string' && declared.includes('json');
  response.header('content-type', 'application/json; charset=utf-8');
  return true;
}

/** In place of the body of a handler that completes without one, which Nest answers with an error. */
export const NO_BODY = Symbol('no body');

/** Why a body cannot be kept as JSON, whatever it holds, or `undefined`. */
export function bodyFlaw(body: unknown): string | undefined {
  if (body === undefined || body === NO_BODY) return 'there is nothing to keep';
  if (typeof body !== 'object' || body === null) return undefined;
  // Express answers with its fields, Fastify fails with it.
  if (body instanceof Error || isNativeError(body)) return 'its body is an error';
  // StreamableFile, Node's streams, web streams and responses, generators, bytes.
  const isStream =
    'getStream' in body || 'pipe' in body || 'getReader' in body || Symbol.asyncIterator in body;
  if (isStream || Object.prototype.toString.call(body) === '[object Response]') {
    return 'its body is a stream';
  }
  if (ArrayBuffer.isView(body) || body instanceof ArrayBuffer) return 'its body is bytes';
  return undefined;
}

/** What is left of a body in the cache. */
export interface JsonBody {
  readonly value: unknown;
  /** Whether both servers answer with it exactly as with the body itself. */
  readonly isFaithful: boolean;
}

/**
 * What JSON makes of a body; `undefined` when it makes nothing of it.
 *
 * An answer in JSON depends on more than its text: both servers send a `Date` as JSON and its text
 * as plain text, Express sends `NaN` as a text and `null` as nothing, and a number out of
 * `JSON.rawJSON` may have more digits than JavaScript keeps.
 */
export function jsonOf(body: unknown): JsonBody | undefined {
  let text: string | undefined;
  try {
    text = JSON.stringify(body); // nothing for symbols and functions, whatever its type says
  } catch {
    // A cycle, a bigint, a `toJSON` that throws. Without the cache it throws as well.
    return undefined;
  }
  if (text === undefined) return undefined;
  const value: unknown = JSON.parse(text);
  const isFaithful = isObject(body)
    ? isObject(value) && JSON.stringify(value) === text
    : value === body;
  return { value, isFaithful };
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
