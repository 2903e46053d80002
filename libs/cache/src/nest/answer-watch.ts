import type { HttpResponse } from './http-answer.js';
import { isSent } from './response-sent.js';

/** Notes what a handler does to the response beside returning a body. */
export class AnswerWatch {
  readonly #status: number;
  readonly #before: Readonly<Record<string, unknown>>;
  /** Of a run in the background: what it does to the response reaches nobody, and is noted all the same. */
  readonly #sentBefore: boolean;
  #parted: { readonly flaw: string | undefined } | undefined;

  constructor(private readonly response: HttpResponse) {
    this.#status = response.statusCode;
    this.#before = { ...response.getHeaders() };
    this.#sentBefore = isSent(response);
  }

  /** Why a later request could not be answered with the body alone, or `undefined`. */
  flaw(declared: ReadonlySet<string>): string | undefined {
    if (this.#parted !== undefined) return this.#parted.flaw;
    const { statusCode } = this.response;
    if (isSent(this.response) && !this.#sentBefore) return 'it has sent its answer by itself';
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

  /** The response is answered otherwise, while the handler may still run: it is no longer the handler's. */
  part(declared: ReadonlySet<string>): void {
    this.#parted ??= { flaw: this.flaw(declared) };
  }

  /** Takes back what the handler has done, for an answer that is not the handler's. */
  undo(): void {
    if (isSent(this.response)) return;
    this.response.status(this.#status);
    for (const [name] of this.#changed()) {
      if (name in this.#before) this.response.header(name, this.#before[name]);
      else this.response.removeHeader(name);
    }
  }

  #changed(): [string, unknown][] {
    return Object.entries(this.response.getHeaders())
      .map(([name, value]): [string, unknown] => [name.toLowerCase(), value])
      .filter(([name, value]) => String(this.#before[name]) !== String(value));
  }
}
