import type { Problem } from './problem.js';
import type { ProblemCode } from './problem-catalog.js';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json; charset=utf-8';

export const problemType = (code: ProblemCode): string =>
  `urn:gad:problem:${code.toLowerCase().replaceAll('_', '-')}`;

/** The RFC 9457 body of a problem. */
export function problemBody(problem: Problem, requestId: string): Record<string, unknown> {
  return {
    type: problemType(problem.code),
    title: problem.title,
    status: problem.status,
    detail: problem.detail,
    code: problem.code,
    request_id: requestId,
    ...(problem.errors ? { errors: problem.errors } : {}),
  };
}

/** The headers that go with it. */
export function problemHeaders(problem: Problem): Record<string, string> {
  return {
    'content-type': PROBLEM_MEDIA_TYPE,
    'cache-control': 'no-store',
    ...(problem.status === 401 ? { 'www-authenticate': 'Bearer realm="gad"' } : {}),
    ...(problem.retryAfterSeconds === undefined
      ? {}
      : { 'retry-after': String(Math.max(1, Math.ceil(problem.retryAfterSeconds))) }),
  };
}
