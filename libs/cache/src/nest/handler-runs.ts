import { isDeepStrictEqual } from 'node:util';
import type { CallHandler, ExecutionContext, Logger } from '@nestjs/common';
import { lastValueFrom } from 'rxjs';
import { CacheUnavailableError } from '../cache-errors.js';
import type { LoadContext } from '../values/get-or-set-options.js';
import { UNSHARED } from '../engine/load/run-loader.js';
import type { WarnOnce } from '../warn-once.js';
import type { Done } from './answer-watch.js';
import { AnswerWatch } from './answer-watch.js';
import type { HttpResponse } from './http-answer.js';
import { bodyFlaw, jsonOf, NO_BODY } from './http-answer.js';
import type { RequestKeyParts } from './request-key.js';
import { responseSent } from './response-sent.js';
import type { Serializers } from './serializers.js';
import { discardBody } from './unsent-body.js';

/** One request on its way through the cache. */
export interface Visit {
  readonly context: ExecutionContext;
  readonly next: CallHandler;
  readonly input: unknown;
  readonly key: string;
  /** Of the route, before anything was answered. */
  readonly status: number;
  /** Set once this request's own handler has run and its answer must not be shared. */
  own?: { readonly body: unknown };
  /** What this request's handler does to the response, unless it runs in the background. */
  run?: AnswerWatch;
  /** The request has been answered: a handler that runs now runs in the background. */
  answered: boolean;
}

/** What one cached handler is made of. */
export interface HandlerParts extends RequestKeyParts {
  readonly serializers: Serializers;
  readonly logger: Logger;
  /** The answer is rendered, so it has to be a value. */
  readonly rendered: boolean;
}

/** Runs a handler to fill the cache. */
export class HandlerRuns {
  /** @param declared headers that a hit repeats, in lower case */
  constructor(
    private readonly parts: HandlerParts,
    private readonly declared: ReadonlySet<string>,
    private readonly flaws: WarnOnce,
  ) {}

  /**
   * Runs the handler of this request, and hands on only what others may be answered with. Anything
   * else is no failure, and each of the requests that wait makes an answer of its own.
   */
  async load(visit: Visit, way: LoadContext): Promise<unknown> {
    const { context, next, key } = visit;
    const response = responseOf(context);
    const background = way.background || visit.answered;
    if (background) {
      // Not before: what the handler does to the response must not end up in the old answer.
      const sent = await responseSent(response);
      if (way.signal.aborted || (way.background && !sent)) return undefined;
    }
    const watch = new AnswerWatch(response, this.declared, visit.status);
    if (!background) visit.run = watch;
    let body: unknown = NO_BODY;
    let late: Done | undefined;
    try {
      body = await lastBody(next);
    } catch (error) {
      if (way.background || !visit.answered || !isTooLate(error)) throw error;
      // For the sake of the answer that was given meanwhile; callers that wait must not have this.
      late = { flaw: 'it sets headers when another answer is on its way', headers: {} };
    }
    const { flaw, value } = await this.#storable(visit, body, late ?? watch.end());
    if (flaw === undefined) return value;
    this.flaws.warn(flaw, `Cache: ${this.parts.name} is not cached: ${flaw}.`);
    if (background || visit.answered) {
      discardBody(body);
      await this.forget(key);
    } else {
      visit.own = { body };
    }
    return UNSHARED;
  }

  async #storable(
    { context }: Visit,
    body: unknown,
    { flaw, headers }: Done,
  ): Promise<{ readonly flaw?: string; readonly value?: unknown }> {
    const obvious = flaw ?? bodyFlaw(body);
    if (obvious !== undefined) return { flaw: obvious };
    const kept = await this.parts.serializers.apply(body, context);
    const json = jsonOf(kept);
    if (json === undefined) return { flaw: 'its body has no JSON' };
    const isFaithful = this.parts.rendered ? isDeepStrictEqual(json.value, kept) : json.isFaithful;
    // What `map` makes its answer of is JSON in any case.
    if (!isFaithful && this.parts.options.map === undefined) {
      return { flaw: 'its body is answered otherwise than the JSON that would be kept of it' };
    }
    const { value } = json;
    // A bare null keeps its shorter lifetime.
    const isBare =
      this.declared.size === 0 || (value === null && Object.keys(headers).length === 0);
    return { value: isBare ? value : { headers, body: value } };
  }

  /** Removes what is held, which is older than an answer that cannot be kept. */
  async forget(key: string): Promise<void> {
    try {
      const { cache } = this.parts.face;
      // Where nothing is held, a removal would only end the marker that lets requests load side by side.
      if (await cache.exists(key)) await cache.delete(key);
    } catch (error) {
      // Then nothing is served from there either.
      if (!(error instanceof CacheUnavailableError)) throw error;
    }
  }
}

/** Of an HTTP request, on either server. */
export function responseOf(context: ExecutionContext): HttpResponse {
  return context.switchToHttp().getResponse<HttpResponse>();
}

/** As Nest takes it: the last of an Observable. */
export function lastBody(next: CallHandler): Promise<unknown> {
  return lastValueFrom<unknown, unknown>(next.handle(), { defaultValue: NO_BODY });
}

/** Node's refusal of headers for a response that is on its way. */
function isTooLate(error: unknown): boolean {
  const { code } = Object(error) as { readonly code?: unknown }; // of whatever fields
  return code === 'ERR_HTTP_HEADERS_SENT';
}
