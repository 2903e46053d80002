import { PROBLEMS, type ProblemCode } from './problem-catalog.js';

/** A problem names the first ones only: the document stays small, whatever was sent. */
export const MAX_FIELD_ERRORS = 20;

/** One rejected field of a 400: a JSON path into the body or the name of a query parameter. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

export interface ProblemExtras {
  /** Per-field reasons, for 400. */
  readonly errors?: readonly FieldError[];
  /** Seconds after which a retry makes sense; becomes the `Retry-After` header. */
  readonly retryAfterSeconds?: number;
  /** The size of a file of which a range was asked for, as `Content-Range` says it, for 416. */
  readonly contentRange?: string;
  readonly cause?: unknown;
}

/**
 * An error that the caller is meant to see. Services throw it with the stable code and one
 * sentence of detail; `ProblemFilter` turns it into `application/problem+json` (RFC 9457).
 */
export class Problem extends Error {
  readonly status: number;
  readonly title: string;
  readonly errors: readonly FieldError[] | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly contentRange: string | undefined;

  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    extras: ProblemExtras = {},
  ) {
    super(`${code}: ${detail}`, { cause: extras.cause });
    this.name = 'Problem';
    this.status = PROBLEMS[code].status;
    this.title = PROBLEMS[code].title;
    this.errors = extras.errors;
    this.retryAfterSeconds = extras.retryAfterSeconds;
    this.contentRange = extras.contentRange;
  }
}
