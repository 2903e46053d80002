import type { OpenAPIObject } from '@nestjs/swagger';
import { problemResponses } from '../problems/api-problems.decorator.js';
import { PROBLEM_CODES, type ProblemCode } from '../problems/problem-catalog.js';
import { operationsOf, type Operation, type RouteOperation } from './operations.js';

/** What the server can answer to any request, before a handler runs or instead of its answer. */
const ANY: readonly ProblemCode[] = [
  'MALFORMED_REQUEST',
  'VALIDATION_FAILED',
  'REQUEST_TIMEOUT',
  'URI_TOO_LONG',
  'EXPECTATION_FAILED',
  // Also of a GET, whose body is not read.
  'UNSUPPORTED_MEDIA_TYPE',
  'RATE_LIMITED',
  'HEADERS_TOO_LARGE',
  'INTERNAL_ERROR',
  'SHUTTING_DOWN',
];
/** Bodies are read with any method but GET, whether or not the route has a use for one. */
const WITH_BODY: readonly ProblemCode[] = ['PAYLOAD_TOO_LARGE'];
const WITH_TOKEN: readonly ProblemCode[] = ['UNAUTHENTICATED', 'DATABASE_UNAVAILABLE'];
/** A path that is not encoded as it should be may be no route at all. */
const WITH_PATH_PARAMETER: readonly ProblemCode[] = ['NOT_FOUND'];

const REQUEST_ID = { $ref: '#/components/headers/X-Request-Id' };
const HEADERS_BY_STATUS: Readonly<Record<string, Record<string, { $ref: string }>>> = {
  401: { 'WWW-Authenticate': { $ref: '#/components/headers/WWW-Authenticate' } },
  423: { 'Retry-After': { $ref: '#/components/headers/Retry-After' } },
  429: { 'Retry-After': { $ref: '#/components/headers/Retry-After' } },
  503: { 'Retry-After': { $ref: '#/components/headers/Retry-After' } },
};

/** Adds to each operation the errors that it shares with others, and the headers of all answers. */
export function withCommonResponses(document: OpenAPIObject): void {
  document.components = {
    ...document.components,
    headers: {
      'X-Request-Id': {
        description: 'The id of the request in the logs: the caller’s if it sent a sane one',
        schema: { type: 'string', minLength: 1, maxLength: 128 },
      },
      'Retry-After': {
        description: 'Seconds after which another try makes sense',
        schema: { type: 'integer', format: 'int32', minimum: 1 },
      },
      'WWW-Authenticate': { description: 'The scheme to use', schema: { type: 'string' } },
      ...document.components?.headers,
    },
  };
  for (const route of operationsOf(document)) {
    const { operation } = route;
    const codes = new Set([...documentedCodes(operation), ...commonCodes(route)]);
    Object.assign(operation.responses, problemResponses([...codes]));
    for (const [status, response] of Object.entries(operation.responses)) {
      if (response === undefined || '$ref' in response) continue;
      response.headers = {
        'X-Request-Id': REQUEST_ID,
        ...HEADERS_BY_STATUS[status],
        ...response.headers,
      };
    }
  }
}

function commonCodes({ path, method, operation }: RouteOperation): ProblemCode[] {
  return [
    ...ANY,
    ...(method === 'get' ? [] : WITH_BODY),
    ...(operation.security?.length === 0 ? [] : WITH_TOKEN),
    ...(path.includes('{') ? WITH_PATH_PARAMETER : []),
  ];
}

/** Each code has an example under its name. */
function documentedCodes({ responses }: Operation): ProblemCode[] {
  const names = Object.values(responses).flatMap((response) =>
    response !== undefined && 'content' in response
      ? Object.keys(response.content?.['application/problem+json']?.examples ?? {})
      : [],
  );
  return PROBLEM_CODES.filter((code) => names.includes(code));
}
