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

/** Headers to repeat and their body: the stored format of routes with the option `headers`. */
export interface StoredAnswer {
  /** By lower-case name; `null` for a header to remove. */
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** Whether a stored value has this format; other programs may write under these keys. */
export function isStoredAnswer(value: unknown): value is StoredAnswer {
  if (typeof value !== 'object' || value === null) return false;
  // Values from JSON.parse have own properties only.
  const { headers } = value as { readonly headers?: unknown }; // an object of whatever fields
  return typeof headers === 'object' && headers !== null && 'body' in value;
}

/** Replaces a header by a value that was read before; `null` and `undefined` remove it. */
export function writeHeader(response: HttpResponse, name: string, value: unknown): void {
  // Fastify would append a cookie to the existing ones.
  response.removeHeader(name);
  if (value === null || value === undefined) return;
  // Express's `header` completes a content type, its `setHeader` does not.
  const { setHeader } = response as Partial<Record<'setHeader', HttpResponse['header']>>;
  if (setHeader === undefined) response.header(name, value);
  else setHeader.call(response, name, value);
}

/**
 * Sets the content type that both servers use for JSON, so that a text body is sent as JSON.
 * `false` when the response already has another content type: servers treat a text then differently
 * from an object.
 */
export function declareJson(response: HttpResponse): boolean {
  const declared = response.getHeader('content-type');
  if (declared !== undefined) return typeof declared === 'string' && declared.includes('json');
  response.header('content-type', 'application/json; charset=utf-8');
  return true;
}

/**
 * Stands for the missing body of a handler that completes without a value; Nest answers it with an
 * error.
 */
export const NO_BODY = Symbol('no body');

/** Why a body of this kind cannot be stored as JSON, or `undefined`. */
export function bodyFlaw(body: unknown): string | undefined {
  if (body === undefined || body === NO_BODY) return 'it has no body';
  if (typeof body !== 'object' || body === null) return undefined;
  // Express sends its fields, Fastify fails.
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

/** A body as it is stored. */
export interface JsonBody {
  readonly value: unknown;
  /** Whether both servers send it exactly as they would send the body itself. */
  readonly isFaithful: boolean;
}

/**
 * A body converted to JSON and back; `undefined` when JSON cannot represent it.
 *
 * The conversion can change an answer: both servers send a `Date` as JSON but a string as plain
 * text, Express sends `NaN` as text and `null` as an empty body, and a number of `JSON.rawJSON` may
 * have more digits than JavaScript keeps.
 */
export function jsonOf(body: unknown): JsonBody | undefined {
  let text: string | undefined;
  try {
    text = JSON.stringify(body); // undefined for symbols and functions, despite its type
  } catch {
    // A cycle, a bigint, or a `toJSON` that throws. It fails without the cache as well.
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
