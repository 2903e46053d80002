import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AppConfig } from '../config/app-config.js';
import { problemBody, problemHeaders } from '../problems/problem-body.js';
import { Problem } from '../problems/problem.js';
import { toProblem } from '../problems/to-problem.js';
import { crossOriginHeaders } from './cross-origin.js';
import { REQUEST_ID_HEADER, requestIdOf } from './request-id.js';

const STATUS_BY_ERROR: ReadonlyMap<string | undefined, number> = new Map([
  ['HPE_HEADER_OVERFLOW', 431],
  ['ERR_HTTP_REQUEST_TIMEOUT', 408],
]);

/**
 * The house's form for what Node answers by itself, or not at all, because it never becomes a
 * request for Fastify: bytes that are no HTTP, headers without end, requests that do not arrive in
 * time, expectations, `CONNECT`.
 */
export class BareAnswers {
  /** The last request of each connection, and its answer. */
  private readonly last = new WeakMap<
    Duplex,
    { readonly request: IncomingMessage; readonly response: ServerResponse }
  >();

  constructor(private readonly corsOrigins: AppConfig['http']['corsOrigins']) {}

  attach(server: Server): void {
    const note = (request: IncomingMessage, response: ServerResponse): void => {
      this.last.set(request.socket, { request, response });
    };
    server.prependListener('request', note);
    server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
      note(request, response);
      const problem = new Problem('EXPECTATION_FAILED', 'Expect: takes 100-continue only');
      const { headers, body } = this.answer(problem, request);
      response.writeHead(problem.status, headers).end(body);
    });
    server.on('connect', (request: IncomingMessage, socket: Duplex) => {
      socket.on('error', () => socket.destroy());
      this.write(socket, new Problem('METHOD_NOT_ALLOWED', 'This is no proxy'), request);
    });
  }

  /** For Node's `clientError`. */
  readonly refuse = (error: NodeJS.ErrnoException, socket: Duplex): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const { request, response } = this.last.get(socket) ?? {};
    const arriving = request?.complete === false;
    // Its rest cannot be read, but it has its answer: a second one would be taken for another's.
    if (arriving && response?.headersSent === true) {
      socket.end();
      return;
    }
    const statusCode = STATUS_BY_ERROR.get(error.code) ?? 400;
    const problem = toProblem(Object.assign(new Error(error.message), { statusCode }));
    const write = (): void => {
      this.write(socket, problem, arriving ? request : { headers: originIn(error) });
    };
    // The requests before it are good, and what they did must not be answered as refused.
    if (response && !arriving && !response.writableFinished) response.once('finish', write);
    else write();
  };

  private write(socket: Duplex, problem: Problem, request: Pick<IncomingMessage, 'headers'>): void {
    if (!socket.writable) return;
    const { headers, body } = this.answer(problem, request);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const status = `HTTP/1.1 ${String(problem.status)} ${STATUS_CODES[problem.status] ?? ''}\r\n`;
    socket.end(`${status}${lines.join('')}\r\n${body}`);
  }

  private answer(
    problem: Problem,
    request: Pick<IncomingMessage, 'headers'>,
  ): { headers: Record<string, string>; body: string } {
    const requestId = requestIdOf(request);
    const accepted = request.headers['accept-language'];
    const body = JSON.stringify(problemBody(problem, requestId, accepted));
    const headers = {
      ...problemHeaders(problem, accepted),
      ...crossOriginHeaders(this.corsOrigins, request.headers.origin),
      [REQUEST_ID_HEADER]: requestId,
      'x-content-type-options': 'nosniff',
      'content-length': String(Buffer.byteLength(body)),
      connection: 'close',
    };
    return { headers, body };
  }
}

/** Headers that were too long have been read, most of them, but Node hands over their bytes only. */
function originIn(error: object): { origin?: string } {
  if (!('rawPacket' in error) || !Buffer.isBuffer(error.rawPacket)) return {};
  const text = error.rawPacket.toString('latin1');
  const [, origin] = /^origin:[ \t]*([\x21-\x7e]{1,256})[ \t]*\r?$/im.exec(text) ?? [];
  return origin === undefined ? {} : { origin };
}
