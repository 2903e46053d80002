import { languageOf } from './language.js';
import { clip } from './clip.js';
import { MAX_FIELD_ERRORS, type FieldError, type Problem } from './problem.js';
import type { ProblemCode } from './problem-catalog.js';
import { spanishDetail, spanishTitle } from './spanish.js';
import { translatePhrase } from './spanish-phrases.js';

const PROBLEM_MEDIA_TYPE = 'application/problem+json; charset=utf-8';

export const problemType = (code: ProblemCode): string =>
  `urn:gad:problem:${code.toLowerCase().replaceAll('_', '-')}`;

/** Callers' texts are repeated so far; JSON may need six bytes for each character. */
const MAX_FIELD = 64;
const MAX_DETAIL = 400;

/**
 * The RFC 9457 body of a problem: never more than 16 kB, whatever the caller sent.
 * @param accepted the caller's `Accept-Language`: `title`, `detail` and the messages follow it
 */
export function problemBody(
  problem: Problem,
  requestId: string,
  accepted?: string,
): Record<string, unknown> {
  const { code } = problem;
  const spanish = languageOf(accepted) === 'es';
  const detail = clip(problem.detail, MAX_DETAIL);
  const errors = problem.errors?.slice(0, MAX_FIELD_ERRORS).map(clipped);
  return {
    type: problemType(code),
    title: spanish ? spanishTitle(code) : problem.title,
    status: problem.status,
    detail: spanish ? spanishDetail(code, detail) : detail,
    code,
    request_id: requestId,
    ...(errors ? { errors: spanish ? errors.map(inSpanish) : errors } : {}),
  };
}

const clipped = ({ field, message }: FieldError): FieldError => ({
  field: clip(field, MAX_FIELD),
  message: clip(message, MAX_FIELD * 3),
});

/** The headers that go with it. */
export function problemHeaders(problem: Problem, accepted?: string): Record<string, string> {
  return {
    'content-type': PROBLEM_MEDIA_TYPE,
    'content-language': languageOf(accepted),
    'cache-control': 'no-store',
    ...(problem.status === 415
      ? { accept: 'application/json', 'accept-encoding': 'identity' }
      : {}),
    ...(problem.contentRange === undefined ? {} : { 'content-range': problem.contentRange }),
    ...(problem.status === 401 ? { 'www-authenticate': 'Bearer realm="gad"' } : {}),
    ...(problem.retryAfterSeconds === undefined
      ? {}
      : { 'retry-after': String(Math.max(1, Math.ceil(problem.retryAfterSeconds))) }),
  };
}

function inSpanish({ field, message }: { field: string; message: string }): object {
  return { field, message: translatePhrase(message) ?? message };
}
