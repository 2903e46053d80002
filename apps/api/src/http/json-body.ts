import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';

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
      if (body.length === 0) done(null, undefined);
      else void parse(request, body.toString('utf8'), done);
    },
  );
}
