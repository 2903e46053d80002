/** What Fastify's reply and Express's response have in common. */
export interface HttpResponse {
  readonly statusCode: number;
  status(code: number): unknown;
  getHeaders(): Readonly<Record<string, unknown>>;
  header(name: string, value: unknown): unknown;
  removeHeader(name: string): unknown;
}

/** Headers to repeat, and the body that they belong to: what is stored when a route names headers. */
export interface StoredAnswer {
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

/** Why a body cannot be kept as JSON, or `undefined` when it can. */
export function bodyFlaw(body: unknown): string | undefined {
  if (typeof body === 'undefined') return 'there is nothing to keep';
  if (typeof body === 'function') return 'its body is a function';
  if (typeof body !== 'object' || body === null) return undefined;
  // StreamableFile, Node's streams, web streams and responses, generators, bytes.
  const isStream =
    'getStream' in body || 'pipe' in body || 'getReader' in body || Symbol.asyncIterator in body;
  if (isStream || Object.prototype.toString.call(body) === '[object Response]') {
    return 'its body is a stream';
  }
  if (ArrayBuffer.isView(body) || body instanceof ArrayBuffer) return 'its body is bytes';
  return undefined;
}
