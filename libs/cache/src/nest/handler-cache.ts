import type { CallHandler, ExecutionContext } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { EMPTY, of } from 'rxjs';
import type { CacheEntry, GetOrSetOptions, Loader } from '../values/get-or-set-options.js';
import { readOptionsOf } from '../values/get-or-set-options.js';
import { CacheService } from '../cache.service.js';
import type { ReadAhead } from '../engine/read/read-result.js';
import { withinDeadlineOf } from '../engine/request-deadline.js';
import { READ } from '../observe/tally.js';
import { PRIVATE } from '../keys/key-validation.js';
import { AS_TEXT, JsonText } from '../values/json-text.js';
import { WarnOnce } from '../episodes.js';
import type { AnswerEntry } from './cache-aside.options.js';
import { promisedAnswer, Fallback, type AnswerSteps } from './promised-answer.js';
import type { HandlerParts, Visit } from './handler-runs.js';
import { HandlerRuns, lastBody, responseOf } from './handler-runs.js';
import {
  bodyFlaw,
  declareJson,
  isStoredAnswer,
  jsonOf,
  NO_BODY,
  writeHeader,
} from './http-answer.js';
import { rawRequest } from './request-input.js';
import { RequestKey } from './request-key.js';
import { discardBody } from './unsent-body.js';

/** A request whose key is known, and the read that was sent for it, if one was. */
interface Begun {
  readonly input: unknown;
  readonly key: string;
  readonly ahead: ReadAhead | undefined;
}

/** Cache-aside around one handler. */
export class HandlerCache {
  readonly #declared: ReadonlySet<string>;
  readonly #runs: HandlerRuns;
  readonly #needsEntry: boolean;
  readonly #flaws: WarnOnce;
  readonly #keys: RequestKey;
  /** Options of every read; they allow private keys, because this class makes them. */
  readonly #entry: GetOrSetOptions;
  /** Whether answers may be sent as JSON text: no serializer needs the value. */
  readonly #sendsText: boolean;
  /** Whether the key depends on nothing that a guard decides. */
  readonly #readsAhead: boolean;
  /** By request. */
  readonly #begun = new WeakMap<object, Begun>();

  constructor(private readonly parts: HandlerParts) {
    const { headers, map, valid, rawJson, scope, vary } = parts.options;
    this.#flaws = new WarnOnce((message) => void parts.logger.warn(message));
    this.#keys = new RequestKey(parts, this.#flaws);
    this.#sendsText = parts.serializers.areNone && !parts.opened;
    const asText = rawJson === true && this.#sendsText ? true : undefined;
    const own: GetOrSetOptions = { [PRIVATE]: true, [AS_TEXT]: asText };
    this.#entry = Object.freeze({ ...readOptionsOf(parts.options), ...own });
    this.#declared = new Set(headers?.map((name) => name.toLowerCase()));
    this.#runs = new HandlerRuns(parts, this.#declared, this.#flaws);
    this.#needsEntry = map !== undefined || valid !== undefined || this.#declared.size > 0;
    this.#readsAhead = this.#needsEntry && scope === 'shared' && vary === undefined;
  }

  intercept(
    context: ExecutionContext,
    next: CallHandler,
  ): Observable<unknown> | Promise<Observable<unknown>> {
    const begun = this.#begun.get(context.getArgByIndex<object>(0));
    if (begun !== undefined) return this.#readThrough(begun, context, next);
    const input = this.#read(context);
    if (!(input instanceof Promise)) return this.#answered(input, context, next);
    return input.then((value: unknown) => this.#answered(value, context, next));
  }

  /** See `CacheReadAhead`. What throws here will throw again in `intercept`. */
  readAhead(context: ExecutionContext): void {
    const { cache } = this.parts.face;
    if (!this.#readsAhead || !(cache instanceof CacheService)) return;
    try {
      const input = this.#read(context);
      if (input instanceof Promise) return void input.catch(() => undefined);
      const key = this.#keys.of(input, context);
      if (key === undefined || !this.#keys.isUsed(input, context)) return;
      const request = context.getArgByIndex<object>(0);
      const ahead = withinDeadlineOf(request, () => cache.readAhead(key, this.#entry));
      this.#begun.set(request, { input, key, ahead });
    } catch {
      return;
    }
  }

  #read(context: ExecutionContext): unknown {
    const { read } = this.parts.options;
    return read === undefined ? rawRequest(context) : read(context);
  }

  /** No `await`, which would cost every hit a microtask turn; see {@link promisedAnswer}. */
  #answered(
    input: unknown,
    context: ExecutionContext,
    next: CallHandler,
  ): Observable<unknown> | Promise<Observable<unknown>> {
    const key = this.#keys.of(input, context);
    if (key === undefined || !this.#keys.isUsed(input, context)) {
      this.parts.face.cache.wiring.recorder.read(key ?? '', this.#entry, READ.bypass);
      return this.#bypass(context, next, input, key);
    }
    return this.#readThrough({ input, key, ahead: undefined }, context, next);
  }

  #readThrough(
    { input, key, ahead }: Begun,
    context: ExecutionContext,
    next: CallHandler,
  ): Observable<unknown> {
    const { cache } = this.parts.face;
    const status = responseOf(context).statusCode;
    const visit: Visit = { context, next, input, key, status, answered: false };
    const load: Loader<unknown> = (way) => this.#runs.load(visit, way);
    const within = <T>(read: () => T): T =>
      withinDeadlineOf(context.getArgByIndex<object>(0), read);
    return this.#needsEntry
      ? promisedAnswer(
          within(() => cache.getOrSetEntry(key, load, this.#entry, ahead)),
          this.#steps(visit, (entry) => this.#ofEntry(visit, entry)),
        )
      : promisedAnswer(
          within(() => cache.getOrSet(key, load, this.#entry)),
          this.#steps(visit, (value) => this.#ofValue(visit, value)),
        );
  }

  #steps<T>(visit: Visit, finish: (value: T) => unknown): AnswerSteps<T> {
    const settled = (): void => {
      visit.answered = true;
      visit.run?.part();
    };
    const left = (): void => {
      settled();
      if (visit.own !== undefined) discardBody(visit.own.body);
    };
    return { finish, settled, left };
  }

  #ofValue(visit: Visit, value: unknown): unknown {
    if (value === undefined) return this.#uncacheable(visit);
    // If the handler ran and its answer may be shared, the response is unchanged.
    this.#serveStale(visit);
    return this.parts.serializers.done(this.#asText(value, visit.context));
  }

  #ofEntry(visit: Visit, entry: CacheEntry<unknown>): unknown {
    const { context, next, input, key } = visit;
    const { value } = entry;
    if (value === undefined) return this.#uncacheable(visit);
    if (entry.stale) this.#serveStale(visit);
    const body = this.#opened(value, visit);
    if (body === undefined || (entry.hit && !this.#isValid(plain(body.value), input))) {
      // Written by another program or version: remove it and answer as for a miss.
      return new Fallback(async () => {
        await this.parts.face.cache.invalidate(key);
        return this.#bypass(context, next, input, key);
      });
    }
    return this.#answer(new GivenEntry(body.value, entry, false), input, context);
  }

  /**
   * An uncacheable answer of this request's own handler. If another request's answer was
   * uncacheable, this request runs its own handler.
   */
  #uncacheable({ own, context, next, input, key }: Visit): Fallback {
    return new Fallback(async () => {
      if (own === undefined) return this.#bypass(context, next, input, key);
      // Otherwise the next failure would be answered with a value older than this answer.
      if (this.parts.options.staleIfError !== undefined) await this.#runs.forget(key);
      return this.#uncached(own.body, context, input, key);
    });
  }

  /** A value stored by another program may have any shape, so `valid` may throw. */
  #isValid(value: unknown, input: unknown): boolean {
    const { valid } = this.parts.options;
    try {
      return valid?.(value, input) !== false;
    } catch (error) {
      const reason = error instanceof Error ? error.name : typeof error;
      const message = `Cache: ${this.parts.name} treats a stored value as invalid, because valid threw: ${reason}.`;
      this.#flaws.warn(`valid ${reason}`, message);
      return false;
    }
  }

  /** A stale value replaces the answer of this request's handler, which failed or is slow. */
  #serveStale({ run }: Visit): void {
    if (run === undefined) return;
    run.part();
    run.undo();
  }

  async #bypass(
    context: ExecutionContext,
    next: CallHandler,
    input: unknown,
    key: string | undefined,
  ): Promise<Observable<unknown>> {
    if (this.parts.options.map === undefined) return next.handle();
    return this.#uncached(await lastBody(next), context, input, key);
  }

  /**
   * The handler's own answer, passed through `map`, which receives JSON whether it is cached or
   * not.
   */
  async #uncached(
    body: unknown,
    context: ExecutionContext,
    input: unknown,
    key: string | undefined,
  ): Promise<Observable<unknown>> {
    const { options, face, serializers } = this.parts;
    if (body === NO_BODY) return EMPTY;
    if (options.map === undefined || bodyFlaw(body) !== undefined) return of(body);
    const json = jsonOf(await serializers.apply(body, context));
    if (json === undefined) return of(body);
    const how = { hit: false, stored: false, stale: false, ttl: 0 };
    const entry = { key: face.cache.fullKey(key ?? ''), ...how };
    return of(this.#answer(new GivenEntry(json.value, entry, true), input, context));
  }

  #answer(entry: GivenEntry, input: unknown, context: ExecutionContext): unknown {
    const { options, serializers } = this.parts;
    const { map } = options;
    if (map === undefined) return serializers.done(this.#asText(entry.given, context));
    return this.#asText(map(entry, input, context), context);
  }

  /** The text of an answer if it can be sent as text, otherwise its value. */
  #asText(answer: unknown, context: ExecutionContext): unknown {
    if (!(answer instanceof JsonText)) return answer;
    const isSent = this.#sendsText && answer.isStructure && declareJson(responseOf(context));
    return isSent ? answer.text : answer.value;
  }

  /**
   * The stored value, after its headers were repeated; `undefined` when its format is not this
   * library's.
   */
  #opened(value: unknown, { context }: Visit): { readonly value: unknown } | undefined {
    if (this.#declared.size === 0) return { value };
    const stored = plain(value);
    if (stored === null) return { value };
    if (!isStoredAnswer(stored)) return undefined;
    const response = responseOf(context);
    for (const [name, header] of Object.entries(stored.headers)) {
      if (this.#declared.has(name)) writeHeader(response, name, header);
    }
    return { value: value instanceof JsonText ? JsonText.of(stored.body) : stored.body };
  }
}

/** What `map` receives. `json` is no own property: a `map` may spread its entry into the body. */
class GivenEntry implements AnswerEntry<unknown> {
  readonly key: string;
  readonly value: unknown;
  readonly hit: boolean;
  readonly stored: boolean;
  readonly stale: boolean;
  readonly ttl: number | null;
  readonly #given: unknown;

  /** @param given the value, or its text */
  constructor(
    given: unknown,
    entry: Omit<CacheEntry<unknown>, 'value'>,
    readonly bypass: boolean,
  ) {
    this.key = entry.key;
    this.value = plain(given);
    this.hit = entry.hit;
    this.stored = entry.stored;
    this.stale = entry.stale;
    this.ttl = entry.ttl;
    this.#given = given;
  }

  /** Made when it is asked for. */
  get json(): JsonText {
    const given = this.#given;
    return given instanceof JsonText ? given : JsonText.of(given);
  }

  get given(): unknown {
    return this.#given;
  }
}

const plain = (value: unknown): unknown => (value instanceof JsonText ? value.value : value);
