import { languageOf } from './language.js';
import type { Problem } from './problem.js';
import type { ProblemCode } from './problem-catalog.js';
import { spanishDetail, spanishTitle } from './spanish.js';
import { translatePhrase } from './spanish-phrases.js';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json; charset=utf-8';

export const problemType = (code: ProblemCode): string =>
  `urn:gad:problem:${code.toLowerCase().replaceAll('_', '-')}`;

/**
 * The RFC 9457 body of a problem.
 * @param accepted the caller's `Accept-Language`: `title`, `detail` and the messages follow it
 */
export function problemBody(
  problem: Problem,
  requestId: string,
  accepted?: string,
): Record<string, unknown> {
  const { code, errors } = problem;
  const spanish = languageOf(accepted) === 'es';
  return {
    type: problemType(code),
    title: spanish ? spanishTitle(code) : problem.title,
    status: problem.status,
    detail: spanish ? spanishDetail(code, problem.detail) : problem.detail,
    code,
    request_id: requestId,
    ...(errors ? { errors: spanish ? errors.map(inSpanish) : errors } : {}),
  };
}

/** The headers that go with it. */
export function problemHeaders(problem: Problem, accepted?: string): Record<string, string> {
  return {
    'content-type': PROBLEM_MEDIA_TYPE,
    'content-language': languageOf(accepted),
    'cache-control': 'no-store',
    ...(problem.status === 401 ? { 'www-authenticate': 'Bearer realm="gad"' } : {}),
    ...(problem.retryAfterSeconds === undefined
      ? {}
      : { 'retry-after': String(Math.max(1, Math.ceil(problem.retryAfterSeconds))) }),
  };
}

function inSpanish({ field, message }: { field: string; message: string }): object {
  return { field, message: translatePhrase(message) ?? message };
}
