import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { inRequest } from '../logging/request-context.js';
import { problemBody, problemHeaders } from './problem-body.js';
import { toProblem } from './to-problem.js';

/** The one place where an error becomes an HTTP answer. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Problem');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const problem = toProblem(error);
    const accepted = request.headers['accept-language'];
    if (problem.status >= 500) inRequest(request, () => this.log(problem, error));
    // A handler that already answered (or a caller who left) leaves nothing to send.
    if (reply.sent) return;
    void reply
      .status(problem.status)
      .headers(problemHeaders(problem, accepted))
      .send(problemBody(problem, request.id, accepted));
  }

  private log(problem: { code: string; message: string }, error: unknown): void {
    if (problem.code === 'INTERNAL_ERROR') this.logger.error(error);
    // An outage is logged once where it is noticed; the request's own line shows that it failed too.
    else this.logger.debug(problem.message);
  }
}
