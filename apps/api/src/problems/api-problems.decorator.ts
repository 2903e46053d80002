import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { PROBLEMS, type ProblemCode } from './problem-catalog.js';
import { ProblemDto } from './problem.dto.js';
import { problemType } from './problem-body.js';

/** Documents the errors that a route can answer, one OpenAPI response per status with an example per code. */
export function ApiProblems(...codes: ProblemCode[]): MethodDecorator & ClassDecorator {
  return applyDecorators(
    ApiExtraModels(ProblemDto),
    ...Object.entries(problemResponses(codes)).map(([status, response]) =>
      ApiResponse({ status: Number(status), ...response }),
    ),
  );
}

interface ProblemResponse {
  description: string;
  content: {
    'application/problem+json': {
      schema: { $ref: string };
      examples: Record<string, { value: ProblemDto }>;
    };
  };
}

/** The OpenAPI responses of some problems, by status. */
export function problemResponses(codes: readonly ProblemCode[]): Record<string, ProblemResponse> {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, ofStatus]) => [
      String(status),
      {
        description: ofStatus.map((code) => PROBLEMS[code].title).join(' / '),
        content: {
          'application/problem+json': {
            schema: { $ref: getSchemaPath(ProblemDto) },
            examples: Object.fromEntries(ofStatus.map((code) => [code, { value: example(code) }])),
          },
        },
      },
    ]),
  );
}

function example(code: ProblemCode): ProblemDto {
  const { status, title } = PROBLEMS[code];
  return {
    type: problemType(code),
    title,
    status,
    detail: title,
    code,
    request_id: '0b3f7a52-3c63-4a38-9d43-1f8e4c9d2b11',
  };
}
