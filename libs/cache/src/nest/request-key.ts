import { HttpException } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { CacheKeyInvalidError } from '../cache-errors.js';
import type { KeySegment } from '../cache-key.js';
import { encodeSegment } from '../cache-key.js';
import { assertKey } from '../engine/key-rules.js';
import type { WarnOnce } from '../warn-once.js';
import type { AnyHandlerOptions } from './cache-aside.metadata.js';
import type { CacheFace } from './cache-face.js';

/**
 * Under which key a request is answered, if it uses the cache.
 *
 * Both depend on what a client sends, so whatever goes wrong here concerns the cache alone: the
 * request is answered without it. An `HttpException` is the application's own answer.
 */
export class RequestKey {
  constructor(
    private readonly face: CacheFace,
    private readonly options: AnyHandlerOptions,
    private readonly flaws: WarnOnce,
    /** `Class.method`, for messages. */
    private readonly name: string,
  ) {}

  /** `undefined` without a key, or when the answer depends on a caller who is not known. */
  of(input: unknown, context: ExecutionContext): string | undefined {
    const { face, options } = this;
    try {
      let key: string = atOnce('key', options.key(input));
      if (options.scope === 'user') {
        const subject = segmentsOf(atOnce('userOf', face.userOf?.(context)));
        if (subject === undefined) return undefined;
        key = `user:${subject.map(encodeSegment).join(':')}:${key}`;
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
    const { enabled = true } = this.options;
    if (!this.face.enabled) return false;
    if (typeof enabled !== 'function') return enabled;
    try {
      return atOnce('enabled', enabled(input, context));
    } catch (error) {
      this.#passBy(error);
      return false;
    }
  }

  #passBy(error: unknown): void {
    if (error instanceof HttpException) throw error;
    const known = error instanceof Error ? error : new Error(String(error));
    // Of other errors the text may hold what the client sent.
    const reason =
      error instanceof CacheKeyInvalidError ? known.message : `${known.name} in the key.`;
    this.flaws.warn(
      `key ${known.name}`,
      `Cache: ${this.name} answers requests without the cache when they make no key: ${reason}`,
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
