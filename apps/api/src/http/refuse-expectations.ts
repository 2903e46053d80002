import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { problemBody, problemHeaders } from '../problems/problem-body.js';
import { Problem } from '../problems/problem.js';
import { REQUEST_ID_HEADER, requestIdOf } from './request-id.js';

/** `Expect:` with anything but `100-continue`: Node would answer 417 by itself, without a body. */
export function refuseExpectations(server: Server): void {
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    const problem = new Problem('EXPECTATION_FAILED', 'Expect: takes 100-continue only');
    const requestId = requestIdOf(request);
    const accepted = request.headers['accept-language'];
    response.writeHead(problem.status, {
      ...problemHeaders(problem, accepted),
      [REQUEST_ID_HEADER]: requestId,
      connection: 'close',
    });
    response.end(JSON.stringify(problemBody(problem, requestId, accepted)));
  });
}
