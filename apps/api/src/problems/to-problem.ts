import { HttpException } from '@nestjs/common';
import {
  CacheKeyInvalidError,
  CacheLoadTimeoutError,
  CachePatternInvalidError,
  CacheUnavailableError,
} from '@gad/cache';
import type { ProblemCode } from './problem-catalog.js';
import { Problem } from './problem.js';

const RETRY_AFTER_SECONDS = 1;

/** The HTTP server's and the framework's own refusals, by status. */
const CODE_BY_STATUS: Readonly<Record<number, readonly [ProblemCode, string]>> = {
  400: ['MALFORMED_REQUEST', 'The request cannot be parsed'],
  401: ['UNAUTHENTICATED', 'Send a valid bearer token'],
  // So the static files say of a path that leads nowhere; roles are refused with a Problem.
  403: ['NOT_FOUND', 'No route answers this path and method'],
  404: ['NOT_FOUND', 'No route answers this path and method'],
  405: ['METHOD_NOT_ALLOWED', 'This path does not take this method'],
  408: ['REQUEST_TIMEOUT', 'The request did not arrive in time'],
  412: ['PRECONDITION_FAILED', 'What If-Match or If-Unmodified-Since asks for does not hold'],
  413: ['PAYLOAD_TOO_LARGE', 'The body is larger than this server takes'],
  414: ['URI_TOO_LONG', 'The URL is longer than this server takes'],
  415: ['UNSUPPORTED_MEDIA_TYPE', 'Send application/json'],
  416: ['RANGE_NOT_SATISFIABLE', 'The file is shorter than the Range asks for'],
  429: ['RATE_LIMITED', 'Too many requests, slow down'],
  431: ['HEADERS_TOO_LARGE', 'The headers are larger than this server takes'],
  503: ['SHUTTING_DOWN', 'The server is not taking requests at the moment'],
};

/**
 * Maps anything that was thrown to the problem that the caller may see. What is not known here
 * becomes INTERNAL_ERROR with the original as `cause`: its text never leaves the process.
 */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof CacheUnavailableError) {
    return new Problem(
      'CACHE_UNAVAILABLE',
      'The cache store does not answer; nothing was removed for certain',
      {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
        cause: error,
      },
    );
  }
  if (error instanceof CacheLoadTimeoutError) {
    // Loaders read the database, and a database that does not answer in time is unavailable: 503, as
    // everywhere. There is no 504 in this API, which is no gateway to its callers.
    return new Problem('DATABASE_UNAVAILABLE', 'The database does not answer in time; try again.', {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
      cause: error,
    });
  }
  if (error instanceof CacheKeyInvalidError) return new Problem('CACHE_KEY_INVALID', error.message);
  if (error instanceof CachePatternInvalidError) {
    return new Problem('CACHE_PATTERN_INVALID', error.message);
  }
  const status = statusOf(error);
  // A refusal by a library that is not in the list is the caller's all the same.
  const known = CODE_BY_STATUS[status] ?? (status < 500 ? CODE_BY_STATUS[400] : undefined);
  if (known) return new Problem(...known, { cause: error, ...contentRangeOf(error) });
  return new Problem(
    'INTERNAL_ERROR',
    'The request could not be answered; the request id finds it in the logs',
    {
      cause: error,
    },
  );
}

/** From the error of the static files, which Nest wraps. */
function contentRangeOf(error: unknown): { contentRange?: string } {
  const cause = error instanceof HttpException ? error.cause : error;
  const { headers } = Object(cause) as { headers?: Readonly<Record<string, unknown>> }; // http-errors puts them there
  const range = headers?.['Content-Range'];
  return typeof range === 'string' ? { contentRange: range } : {};
}

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const known = typeof error === 'object' && error !== null && 'statusCode' in error;
  return known && typeof error.statusCode === 'number' && error.statusCode >= 400
    ? error.statusCode
    : 500;
}
