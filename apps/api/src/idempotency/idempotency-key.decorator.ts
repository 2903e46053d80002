import { applyDecorators, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { ApiProblems } from '../problems/api-problems.decorator.js';
import { Problem } from '../problems/problem.js';

const HEADER = 'Idempotency-Key';
const KEY = /^[\x21-\x7e]{1,255}$/;
const MESSAGE = 'must be 1 to 255 printable ASCII characters without spaces';

/** The `Idempotency-Key` header, `undefined` when there is none. @throws Problem VALIDATION_FAILED */
export const IdempotencyKey = createParamDecorator(
  (_: unknown, context: ExecutionContext): string | undefined => {
    const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
    const key = headers['idempotency-key'];
    if (key === undefined) return undefined;
    if (typeof key === 'string' && KEY.test(key)) return key;
    throw new Problem('VALIDATION_FAILED', `${HEADER} ${MESSAGE}`, {
      errors: [{ field: HEADER, message: MESSAGE }],
    });
  },
);

/** Documents the header of a creation. */
export const ApiIdempotencyKey = (): MethodDecorator =>
  applyDecorators(
    ApiHeader({
      name: HEADER,
      required: false,
      description:
        'A text that only this creation has, such as a UUID. Sent again within 24 hours, by the same caller and with the same body, the creation is not repeated: the first answer comes again. Failures are not kept.',
      schema: { type: 'string', minLength: 1, maxLength: 255, pattern: KEY.source },
      example: '7d1f0a52-0c1e-4f0c-8f0e-6a0f6f0f9c11',
    }),
    ApiProblems('IDEMPOTENCY_KEY_REUSED'),
  );
