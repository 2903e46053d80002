import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../problems/problem.js';
import { nestsDeeperThan } from './nesting.js';

/** No body of this API nests deeper than three; validation and copying recurse. */
const MAX_NESTING = 32;

/**
 * Parses JSON bodies with Fastify's own safe parser (`__proto__` and `constructor.prototype` are
 * refused), and lets an action be called with a JSON content type and no body at all.
 */
export function acceptJsonBodies(app: NestFastifyApplication, bodyLimitBytes: number): void {
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
  const parse = fastify.getDefaultJsonParser('error', 'error');
  app.useBodyParser(
    'application/json',
    { bodyLimit: bodyLimitBytes },
    (request: FastifyRequest, body: Buffer, done) => {
      if (body.length === 0) {
        done(null, undefined);
        return;
      }
      const text = body.toString('utf8');
      if (nestsDeeperThan(MAX_NESTING, text)) {
        done(new Problem('MALFORMED_REQUEST', 'The body nests arrays and objects too deeply'));
      } else void parse(request, text, done);
    },
  );
}
