import type { CallHandler, ExecutionContext, Logger } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { lastValueFrom, of } from 'rxjs';
import { CacheUnavailableError } from '../cache-errors.js';
import type { CacheEntry, GetOrSetOptions, LoadContext, Loader } from '../engine/cache-entry.js';
import { UNSHARED } from '../engine/loader-run.js';
import { AnswerWatch } from './answer-watch.js';
import { comingAnswer, Detour } from './coming-answer.js';
import type { AnswerEntry } from './cache-aside.options.js';
import { WarnOnce } from '../warn-once.js';
import type { HttpResponse } from './http-answer.js';
import { bodyFlaw, isStoredAnswer } from './http-answer.js';
import { PRIVATE } from '../engine/key-rules.js';
import { rawRequest } from './request-input.js';
import type { RequestKeyParts } from './request-key.js';
import { RequestKey } from './request-key.js';
import { responseSent } from './response-sent.js';
import type { Serializers } from './serializers.js';
import { discardBody } from './unsent-body.js';

/** One request on its way through the cache. */
interface Visit {
  readonly context: ExecutionContext;
  readonly next: CallHandler;
  readonly key: string;
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
}

/** Cache-aside around one handler. */
export class HandlerCache {
  readonly #declared: ReadonlySet<string>;
  readonly #needsEntry: boolean;
  readonly #flaws: WarnOnce;
  readonly #keys: RequestKey;
  /** The keys are made here, private ones included. */
  readonly #entry: GetOrSetOptions;

  constructor(private readonly parts: HandlerParts) {
    const { headers, map, valid } = parts.options;
    this.#flaws = new WarnOnce((message) => void parts.logger.warn(message));
    this.#keys = new RequestKey(parts, this.#flaws);
    this.#entry = { ...parts.options, [PRIVATE]: true };
    this.#declared = new Set(headers?.map((name) => name.toLowerCase()));
    this.#needsEntry = map !== undefined || valid !== undefined || this.#declared.size > 0;
  }

  intercept(
    context: ExecutionContext,
    next: CallHandler,
  ): Observable<unknown> | Promise<Observable<unknown>> {
    const { read } = this.parts.options;
    if (read === undefined) return this.#answered(rawRequest(context), context, next);
    const input = read(context);
    if (!(input instanceof Promise)) return this.#answered(input, context, next);
    return input.then((value: unknown) => this.#answered(value, context, next));
  }

  /** Written without `await`, because every hit pays for it; see {@link comingAnswer}. */
  #answered(
    input: unknown,
    context: ExecutionContext,
    next: CallHandler,
  ): Observable<unknown> | Promise<Observable<unknown>> {
    const { face } = this.parts;
    const key = this.#keys.of(input, context);
    if (key === undefined || !this.#keys.isUsed(input, context)) {
      return this.#passBy(context, next, input, key);
    }
    const visit: Visit = { context, next, key, answered: false };
    const load: Loader<unknown> = (way) => this.#load(visit, way);
    const end = (): void => {
      visit.answered = true;
      visit.run?.part(this.#declared);
    };
    return this.#needsEntry
      ? comingAnswer(
          face.cache.getOrSetEntry(key, load, this.#entry),
          (entry) => this.#ofEntry(visit, input, entry),
          end,
        )
      : comingAnswer(
          face.cache.getOrSet(key, load, this.#entry),
          (value) => this.#ofValue(visit, value),
          end,
        );
  }

  #ofValue(visit: Visit, value: unknown): unknown {
    if (value === undefined) return this.#unshared(visit);
    // An own answer that others may have has changed nothing there.
    this.#standIn(visit);
    return this.parts.serializers.done(value);
  }

  #ofEntry(visit: Visit, input: unknown, { value, ...entry }: CacheEntry<unknown>): unknown {
    const { context, next, key } = visit;
    const { options, face } = this.parts;
    if (value === undefined) return this.#unshared(visit);
    if (entry.stale) this.#standIn(visit);
    const body = this.#opened(value, visit);
    if (body === undefined || options.valid?.(body.value, input) === false) {
      // Not ours, or not of this version: away with it, and answer as if nothing had been there.
      return new Detour(async () => {
        await face.cache.invalidate(key);
        return this.#passBy(context, next, input, key);
      });
    }
    return this.#answer({ ...entry, value: body.value, bypass: false }, input, context);
  }

  /**
   * The answer of this request's own handler, which is not for sharing. Where that was somebody
   * else's, every request makes its own.
   */
  #unshared({ own, next, key }: Visit): Detour {
    return new Detour(async () => {
      if (own === undefined) return next.handle();
      // Otherwise the next failure would be answered with what is older than this.
      if (this.parts.options.staleOnError !== undefined) await this.#forget(key);
      return of(own.body);
    });
  }

  /** An old value is served in place of what this request's handler has failed, or is slow, to make. */
  #standIn({ run }: Visit): void {
    if (run === undefined) return;
    run.part(this.#declared);
    run.undo();
  }

  async #forget(key: string): Promise<void> {
    try {
      await this.parts.face.cache.delete(key);
    } catch (error) {
      // Then nothing is served from there either.
      if (!(error instanceof CacheUnavailableError)) throw error;
    }
  }

  async #passBy(
    context: ExecutionContext,
    next: CallHandler,
    input: unknown,
    key: string | undefined,
  ): Promise<Observable<unknown>> {
    const { options, face, serializers } = this.parts;
    if (options.map === undefined) return next.handle();
    const body: unknown = await lastValueFrom(next.handle(), { defaultValue: undefined });
    if (bodyFlaw(body) !== undefined) return of(body);
    const value = await serializers.apply(body, context);
    const how = { hit: false, stored: false, stale: false, ttl: 0, bypass: true };
    return of(this.#answer({ key: face.cache.fullKey(key ?? ''), value, ...how }, input, context));
  }

  #answer(entry: AnswerEntry<unknown>, input: unknown, context: ExecutionContext): unknown {
    const { options, serializers } = this.parts;
    if (options.map === undefined) return serializers.done(entry.value);
    return options.map(entry, input, context);
  }

  /**
   * Runs the handler of this request, and hands on only what others may be answered with. Anything
   * else is no failure, and each of the requests that wait makes an answer of its own.
   */
  async #load(visit: Visit, way: LoadContext): Promise<unknown> {
    const { context, next, key } = visit;
    const response = responseOf(context);
    const background = way.background || visit.answered;
    if (background) {
      // Not before: what the handler does to the response must not end up in the old answer.
      const sent = await responseSent(response);
      if (!sent || way.signal.aborted) return undefined;
    }
    const watch = new AnswerWatch(response);
    if (!background) visit.run = watch;
    const body: unknown = await lastValueFrom(next.handle(), { defaultValue: undefined });
    const flaw = bodyFlaw(body) ?? watch.flaw(this.#declared);
    if (flaw === undefined) return this.#storable(visit, body, watch);
    this.#flaws.warn(flaw, `Cache: ${this.parts.name} is not cached: ${flaw}.`);
    if (background || visit.answered) {
      discardBody(body);
      await this.#forget(key);
    } else {
      visit.own = { body };
    }
    return UNSHARED;
  }

  async #storable({ context }: Visit, body: unknown, watch: AnswerWatch): Promise<unknown> {
    const value = await this.parts.serializers.apply(body, context);
    if (this.#declared.size === 0) return value;
    const headers = watch.headers();
    // A bare null keeps its shorter lifetime.
    if (value === null && Object.keys(headers).length === 0) return null;
    return { headers, body: value };
  }

  /** What was stored, its headers repeated; `undefined` when it is nothing that we store. */
  #opened(value: unknown, { context }: Visit): { readonly value: unknown } | undefined {
    if (this.#declared.size === 0 || value === null) return { value };
    if (!isStoredAnswer(value)) return undefined;
    const response = responseOf(context);
    for (const [name, header] of Object.entries(value.headers)) {
      if (this.#declared.has(name)) response.header(name, header);
    }
    return { value: value.body };
  }
}

function responseOf(context: ExecutionContext): HttpResponse {
  return context.switchToHttp().getResponse<HttpResponse>();
}
