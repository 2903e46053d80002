import { isDeepStrictEqual } from 'node:util';
import { LoadGraph } from '../engine/load/load-graph.js';
import type { HttpResponse } from './http-answer.js';
import { writeHeader } from './http-answer.js';
import { isSent, rawOf, whenSent } from './response-sent.js';

/** The state of a response at one moment. */
interface Look {
  readonly isSent: boolean;
  readonly status: number;
  /** Reason phrase of the status line, if it is not the default. */
  readonly message: string;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Other state of an unsent reply, such as a plugin's cookies and trailers. */
  readonly others: readonly unknown[];
}

/** What a handler did to its response. */
export interface Done {
  /** Why the body alone cannot answer a later request. */
  readonly flaw: string | undefined;
  /** Headers that it set, by lower-case name; `null` for those that it removed. */
  readonly headers: Readonly<Record<string, unknown>>;
}

const REPLACED = 'another answer was given while it ran';

/**
 * Records what a handler does to the response besides returning a body.
 *
 * An interceptor outside the cache may answer while the handler runs: with a timeout, with the
 * first of several results, or with a stale value. From that point until its headers are sent,
 * changes to the response belong to that answer and not to the handler.
 */
export class AnswerWatch {
  readonly #first: Look;
  #before: Look;
  #parted: Done | undefined;
  #isOthers = false;
  #hasEnded = false;

  /**
   * Must be constructed inside the load that runs the handler: a response sent from within that
   * load was sent by the handler itself.
   *
   * @param declared headers that may be set, in lower case
   * @param status status of the route before any answer
   */
  constructor(
    private readonly response: HttpResponse,
    private readonly declared: ReadonlySet<string>,
    private readonly status: number,
  ) {
    this.#first = this.#before = lookAt(response);
    if (this.#before.isSent) return;
    const load = LoadGraph.current;
    whenSent(response, () => {
      // The handler's own answer, or one that the handler sent itself.
      if (this.#hasEnded || LoadGraph.isInside(load)) return;
      this.#parted ??= this.#replaced();
      this.#before = lookAt(response);
      this.#isOthers = false;
    });
  }

  /** To be called when the handler has finished. */
  end(): Done {
    this.#hasEnded = true;
    const now = lookAt(this.response);
    const headers = { ...this.#parted?.headers, ...changes(this.#before, now) };
    const flaw = this.#flaw(now);
    const earlier = this.#parted?.flaw;
    return {
      flaw: earlier ?? (this.#isOthers && flaw !== undefined ? REPLACED : flaw),
      headers,
    };
  }

  /** Another answer replaces the handler's, which may still be running. */
  part(): void {
    if (this.#hasEnded || this.#parted !== undefined || rawOf(this.response).destroyed) return;
    const now = lookAt(this.response);
    this.#parted = { flaw: this.#flaw(now), headers: changes(this.#before, now) };
    this.#before = now;
    this.#isOthers = !now.isSent;
  }

  /**
   * Restores the response to its state before the handler ran, for an answer that is not the
   * handler's.
   */
  undo(): void {
    if (isSent(this.response)) return;
    const { status, message, headers } = this.#first;
    this.response.status(status);
    rawOf(this.response).statusMessage = message;
    for (const name of Object.keys(changes(this.#first, lookAt(this.response)))) {
      writeHeader(this.response, name, headers[name]);
    }
    this.#before = lookAt(this.response);
  }

  /**
   * For an answer sent without a call of `part`: its changes may be the handler's or the answer's.
   */
  #replaced(): Done {
    const set = Object.keys(changes(this.#before, lookAt(this.response)));
    const isDoubtful = set.some((name) => name === 'set-cookie' || this.declared.has(name));
    return { flaw: isDoubtful ? REPLACED : undefined, headers: {} };
  }

  #flaw(now: Look): string | undefined {
    const { status } = this;
    const before = this.#before;
    if (now.isSent && !before.isSent) return 'it has sent its answer itself';
    if (now.status !== before.status) return `it has set the status ${String(now.status)}`;
    if (status < 200 || status > 299 || status === 206) return `its status is ${String(status)}`;
    if (now.message !== before.message) return 'it has set the reason phrase of its status';
    if (!isDeepStrictEqual(now.others, before.others)) {
      return 'it has changed more of its reply than headers';
    }
    for (const [name, value] of Object.entries(changes(before, now))) {
      if (name === 'cache-control' && /no-store/i.test(String(value))) return 'it says no-store';
      if (this.declared.has(name)) continue;
      const deed = value === null ? 'removes' : 'sets';
      return `it ${deed} the header ${name}, which is not among its headers`;
    }
    return undefined;
  }
}

function lookAt(response: HttpResponse): Look {
  const raw = rawOf(response);
  return {
    isSent: raw.headersSent,
    status: response.statusCode,
    message: raw.statusMessage,
    headers: Object.fromEntries(
      Object.entries(response.getHeaders()).map(([name, value]) => [
        name.toLowerCase(),
        // A copy: Fastify appends cookies to the list that it returned.
        Array.isArray(value) ? value.map(String) : String(value),
      ]),
    ),
    others: 'raw' in response ? othersOf(response) : [],
  };
}

/** Collections are copied, because they may be mutated. */
function othersOf(reply: object): readonly unknown[] {
  const held = Reflect.ownKeys(reply).map((key): unknown => Reflect.get(reply, key));
  return held
    .filter((one) => (typeof one === 'object' && one !== null) || typeof one === 'function')
    .map((one) =>
      one instanceof Map || one instanceof Set || Array.isArray(one) ? [...one] : one,
    );
}

function changes(before: Look, now: Look): Record<string, unknown> {
  const names = new Set([...Object.keys(before.headers), ...Object.keys(now.headers)]);
  const changed = [...names].filter(
    (name) => !isDeepStrictEqual(before.headers[name], now.headers[name]),
  );
  return Object.fromEntries(changed.map((name) => [name, now.headers[name] ?? null]));
}
