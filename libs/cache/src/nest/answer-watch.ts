import { isDeepStrictEqual } from 'node:util';
import { LoadGraph } from '../engine/load/load-graph.js';
import type { HttpResponse } from './http-answer.js';
import { writeHeader } from './http-answer.js';
import { isSent, rawOf, whenSent } from './response-sent.js';

/** A response at one moment. */
interface Look {
  readonly isSent: boolean;
  readonly status: number;
  /** Of the status line, where it is not the usual one. */
  readonly message: string;
  readonly headers: Readonly<Record<string, unknown>>;
  /** What else is on a reply until it is sent, such as cookies of a plugin and trailers. */
  readonly others: readonly unknown[];
}

/** What a handler has done to its response. */
export interface Done {
  /** Why a later request could not be answered with the body alone. */
  readonly flaw: string | undefined;
  /** Those that it has set, in lower case, and `null` for those that it has removed. */
  readonly headers: Readonly<Record<string, unknown>>;
}

const REPLACED = 'another answer was given while it ran';

/**
 * Notes what a handler does to the response beside returning a body.
 *
 * An interceptor outside of the cache may answer while the handler runs: with a timeout, with the
 * first of several, or with an old value. From then on until that answer is on its way the response
 * is that answer's, and what is done to it says nothing about the handler.
 */
export class AnswerWatch {
  readonly #first: Look;
  #before: Look;
  #parted: Done | undefined;
  #isOthers = false;
  #hasEnded = false;

  /**
   * To be made from inside of the load that runs the handler: what is sent from there is sent by the
   * handler.
   *
   * @param declared headers that may be set, in lower case
   * @param status of the route, before any answer was made
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
      // Its own answer, or one that is sent by the handler itself.
      if (this.#hasEnded || LoadGraph.isInside(load)) return;
      this.#parted ??= this.#replaced();
      this.#before = lookAt(response);
      this.#isOthers = false;
    });
  }

  /** The handler has ended. */
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

  /** Another answer takes the place of the handler's, which may still run. */
  part(): void {
    if (this.#hasEnded || this.#parted !== undefined || rawOf(this.response).destroyed) return;
    const now = lookAt(this.response);
    this.#parted = { flaw: this.#flaw(now), headers: changes(this.#before, now) };
    this.#before = now;
    this.#isOthers = !now.isSent;
  }

  /** Takes back what the handler has done, for an answer that is not the handler's. */
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

  /** Of an answer that came without a word: what was set may be the handler's, or that answer's. */
  #replaced(): Done {
    const set = Object.keys(changes(this.#before, lookAt(this.response)));
    const isDoubtful = set.some((name) => name === 'set-cookie' || this.declared.has(name));
    return { flaw: isDoubtful ? REPLACED : undefined, headers: {} };
  }

  #flaw(now: Look): string | undefined {
    const { status } = this;
    const before = this.#before;
    if (now.isSent && !before.isSent) return 'it has sent its answer by itself';
    if (now.status !== before.status) return `it has set the status ${String(now.status)}`;
    if (status < 200 || status > 299 || status === 206) return `its status is ${String(status)}`;
    if (now.message !== before.message) return 'it has set the text of its status';
    if (!isDeepStrictEqual(now.others, before.others)) {
      return 'it leaves more on its reply than headers';
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
        // A copy: Fastify adds cookies to the list that it has given.
        Array.isArray(value) ? value.map(String) : String(value),
      ]),
    ),
    others: 'raw' in response ? othersOf(response) : [],
  };
}

/** Lists and the like are copied, because they are added to. */
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
