/** What Fastify's reply and Express's response have in common. */
export interface HttpResponse {
  readonly statusCode: number;
  getHeaders(): Readonly<Record<string, unknown>>;
  header(name: string, value: unknown): unknown;
  /** Express; Fastify has it on `raw`. */
  readonly headersSent?: boolean;
  readonly raw?: { readonly headersSent: boolean };
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

/** Notes what a handler does to the response beside returning a body. */
export class AnswerWatch {
  readonly #status: number;
  readonly #before: Readonly<Record<string, unknown>>;

  constructor(private readonly response: HttpResponse) {
    this.#status = response.statusCode;
    this.#before = { ...response.getHeaders() };
  }

  /** Why a later request could not be answered with the body alone, or `undefined`. */
  flaw(declared: ReadonlySet<string>): string | undefined {
    const { statusCode, headersSent, raw } = this.response;
    if (raw?.headersSent ?? headersSent ?? false) return 'it has sent its answer by itself';
    if (statusCode !== this.#status) return `it has set the status ${String(statusCode)}`;
    if (statusCode < 200 || statusCode > 299 || statusCode === 206) {
      return `its status is ${String(statusCode)}`;
    }
    for (const [name, value] of this.#changed()) {
      if (name === 'cache-control' && /no-store/i.test(String(value))) return 'it says no-store';
      if (!declared.has(name)) return `it sets the header ${name}, which is not among its headers`;
    }
    return undefined;
  }

  /** The headers that the handler has set. */
  headers(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(this.#changed());
  }

  #changed(): [string, unknown][] {
    return Object.entries(this.response.getHeaders())
      .map(([name, value]): [string, unknown] => [name.toLowerCase(), value])
      .filter(([name, value]) => String(this.#before[name]) !== String(value));
  }
}
