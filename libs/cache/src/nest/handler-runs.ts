import { isDeepStrictEqual } from 'node:util';
import type { CallHandler, ExecutionContext, Logger } from '@nestjs/common';
import { lastValueFrom } from 'rxjs';
import { CacheUnavailableError } from '../cache-errors.js';
import type { LoadContext } from '../values/get-or-set-options.js';
import { UNSHARED } from '../engine/load/run-loader.js';
import type { WarnOnce } from '../episodes.js';
import type { Done } from './answer-watch.js';
import { AnswerWatch } from './answer-watch.js';
import type { HttpResponse } from './http-answer.js';
import { bodyFlaw, jsonOf, NO_BODY } from './http-answer.js';
import type { RequestKeyParts } from './request-key.js';
import { responseSent } from './response-sent.js';
import type { Serializers } from './serializers.js';
import { discardBody } from './unsent-body.js';

/** One request to a cached handler. */
export interface Visit {
  readonly context: ExecutionContext;
  readonly next: CallHandler;
  readonly input: unknown;
  readonly key: string;
  /** Status of the route before any answer. */
  readonly status: number;
  /** Set when this request's own handler has given an uncacheable answer. */
  own?: { readonly body: unknown };
  /** What this request's handler does to the response, unless it runs in the background. */
  run?: AnswerWatch;
  /** The request has been answered: a handler that runs now runs in the background. */
  answered: boolean;
}

/** Collaborators and options of one cached handler. */
export interface HandlerParts extends RequestKeyParts {
  readonly serializers: Serializers;
  readonly logger: Logger;
  /** A template or a redirect reads the answer, so it must be a value. */
  readonly opened: boolean;
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
   * Runs the handler of this request and returns only answers that may be shared. An uncacheable
   * answer is not a failure: each waiting request then runs its own handler.
   */
  async load(visit: Visit, way: LoadContext): Promise<unknown> {
    const { context, next, key } = visit;
    const response = responseOf(context);
    const background = way.background || visit.answered;
    if (background) {
      // Wait until the stale answer is sent, so that the handler cannot change its response.
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
      // The error only means that the response was already sent; waiters must not receive it.
      late = { flaw: 'it sets headers after another answer was sent', headers: {} };
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
    if (json === undefined) return { flaw: 'its body has no JSON representation' };
    const isFaithful = this.parts.opened ? isDeepStrictEqual(json.value, kept) : json.isFaithful;
    // `map` receives JSON in any case.
    if (!isFaithful && this.parts.options.map === undefined) {
      return { flaw: 'its body is sent differently from the JSON that would be stored' };
    }
    const { value } = json;
    // A bare null has the shorter lifetime of `negativeTtl`.
    const isBare =
      this.declared.size === 0 || (value === null && Object.keys(headers).length === 0);
    return { value: isBare ? value : { headers, body: value } };
  }

  /** Removes the stored value, which is older than an answer that cannot be stored. */
  async forget(key: string): Promise<void> {
    try {
      const { cache } = this.parts.face;
      // Without a stored value, a removal would only end the hit-for-miss marker.
      if (await cache.exists(key)) await cache.delete(key);
    } catch (error) {
      // An unavailable store serves no stale value either.
      if (!(error instanceof CacheUnavailableError)) throw error;
    }
  }
}

/** The response of an HTTP request, on Fastify and on Express. */
export function responseOf(context: ExecutionContext): HttpResponse {
  return context.switchToHttp().getResponse<HttpResponse>();
}

/** The last value of the Observable, which is what Nest sends. */
export function lastBody(next: CallHandler): Promise<unknown> {
  return lastValueFrom<unknown, unknown>(next.handle(), { defaultValue: NO_BODY });
}

/** Whether it is Node's error for headers set after they were sent. */
function isTooLate(error: unknown): boolean {
  const { code } = Object(error) as { readonly code?: unknown }; // of whatever fields
  return code === 'ERR_HTTP_HEADERS_SENT';
}
