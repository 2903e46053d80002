import { HttpException } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { CacheKeyInvalidError, CacheOptionsError } from '../cache-errors.js';
import type { KeySegment } from '../keys/cache-key.js';
import { assertKey, assertWritable } from '../keys/key-validation.js';
import type { WarnOnce } from '../warn-once.js';
import type { CacheBinding } from './cache-binding.js';
import type { AnyHandlerOptions } from './decorated.js';
import { keyOfInstance, partsOf, privateKey } from './private-keys.js';

/** What the keys of one handler are made of. */
export interface RequestKeyParts {
  readonly face: CacheBinding;
  readonly options: AnyHandlerOptions;
  /** `Class.method`, for messages. */
  readonly name: string;
  /** The controller, where the option `instances` asks for it. */
  readonly instance: unknown;
  /** Throws where the key is that of another class which the same function has made. */
  readonly tellApart: (input: unknown) => void;
}

/**
 * Under which key a request is answered, if it uses the cache.
 *
 * Both depend on what a client sends, so whatever goes wrong here concerns the cache alone: the
 * request is answered without it. An `HttpException` is the application's own answer, and what is wrong
 * with the options concerns every request.
 */
export class RequestKey {
  constructor(
    private readonly parts: RequestKeyParts,
    private readonly flaws: WarnOnce,
  ) {}

  /** `undefined` without a key, or when the answer depends on a caller who is not known. */
  of(input: unknown, context: ExecutionContext): string | undefined {
    const { face, options, instance, tellApart } = this.parts;
    try {
      const given: string = atOnce('key', options.key(input));
      tellApart(input);
      let key = keyOfInstance(options.instances, instance, given);
      // What is private has names of its own; within them, callers and groups stay apart.
      assertWritable(key);
      const vary = partsOf(atOnce('vary', options.vary?.(context) ?? []));
      if (vary.length > 0) key = privateKey('vary', vary, key);
      if (options.scope === 'user') {
        const subject = segmentsOf(atOnce('userOf', face.userOf?.(context)));
        if (subject === undefined) return undefined;
        key = privateKey('user', subject, key);
      }
      assertKey(key);
      return key;
    } catch (error) {
      this.#passBy(error);
      return undefined;
    }
  }

  /** Whether the route, and this request of it, uses the cache. */
  isUsed(input: unknown, context: ExecutionContext): boolean {
    const { face, options } = this.parts;
    const { enabled = true } = options;
    if (!face.enabled) return false;
    if (typeof enabled !== 'function') return enabled;
    try {
      return atOnce('enabled', enabled(input, context));
    } catch (error) {
      this.#passBy(error);
      return false;
    }
  }

  #passBy(error: unknown): void {
    if (error instanceof HttpException || error instanceof CacheOptionsError) throw error;
    const known = error instanceof Error ? error : new Error(String(error));
    // Of other errors the text may hold what the client sent.
    const reason =
      error instanceof CacheKeyInvalidError ? known.message : `${known.name} in the key.`;
    this.flaws.warn(
      `key ${known.name}`,
      `Cache: ${this.parts.name} answers requests without the cache when they make no key: ${reason}`,
    );
  }
}

/** Without types a callback may be asynchronous; its promise is nobody's key and nobody's rejection. */
function atOnce<T>(name: string, answer: T): T {
  if (!(answer instanceof Promise)) return answer;
  answer.catch(() => undefined);
  throw new TypeError(`${name} must answer at once, not with a promise`);
}

/** Nobody is known by `null`, an empty text, a `false` of `user && user.id`, or by a part of one. */
function segmentsOf(subject: unknown): readonly KeySegment[] | undefined {
  const parts: readonly unknown[] = Array.isArray(subject) ? subject : [subject];
  const isKnown = parts.length > 0 && parts.every((part) => part !== '' && isSegment(part));
  // Just checked.
  return isKnown && typeof subject !== 'boolean' ? (parts as readonly KeySegment[]) : undefined;
}

function isSegment(part: unknown): boolean {
  return ['string', 'bigint', 'boolean'].includes(typeof part) || Number.isFinite(part);
}
