import type { FastifyReply } from 'fastify';
import type { Created } from './idempotency.service.js';

/** The body of a creation; a header says when it is the answer to an earlier request. */
export function answerOf<T>(reply: FastifyReply, { body, replayed }: Created<T>): T {
  if (replayed) void reply.header('idempotency-replayed', 'true');
  return body;
}
