import { createServer, type RequestListener, type ServerOptions } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import {
  LogController,
  type FastifyBaseLogger,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { Logger } from 'pino';
import type { AppConfig } from '../config/app-config.js';
import { problemBody, problemHeaders } from '../problems/problem-body.js';
import { toProblem } from '../problems/to-problem.js';
import { RequestLogger } from '../logging/request-logger.js';
import { BareAnswers } from './bare-answers.js';
import { crossOriginHeaders } from './cross-origin.js';
import { REQUEST_ID_HEADER, requestIdOf } from './request-id.js';

/** A whole request (headers and body) must arrive within this time; slower ones get 408. */
const REQUEST_TIMEOUT_MS = 15_000;

/** How often that is looked at; Node's own half a minute would double it. */
const SLOW_REQUESTS_CHECK_MS = 2_000;

const SERVER: ServerOptions = {
  // request-target.ts asks for it, and answers with a body.
  requireHostHeader: false,
  requestTimeout: REQUEST_TIMEOUT_MS,
  headersTimeout: REQUEST_TIMEOUT_MS,
  connectionsCheckingInterval: SLOW_REQUESTS_CHECK_MS,
  keepAliveTimeout: 72_000,
};

type ChildOf = Parameters<FastifyBaseLogger['child']>;

/** Longer than any valid key or pattern (512 bytes, each percent-encoded as three characters). */
const MAX_PARAM_LENGTH = 4096;

/** Else Fastify loads its compilers of JSON schemas at each start. */
const noSchema = (): never => {
  throw new Error('A route has a JSON schema, but input is checked by DTOs here.');
};

/**
 * Fastify under Nest, with the house's request ids and problem bodies also where the framework
 * answers by itself: unroutable URLs, and requests that never become one.
 */
export function createHttpAdapter(config: AppConfig, logger: Logger): FastifyAdapter {
  const { corsOrigins } = config.http;
  const bare = new BareAnswers(corsOrigins);
  return new FastifyAdapter({
    loggerInstance: logger,
    // request-hooks.ts writes one line a request instead of Fastify's two.
    logController: new LogController({
      disableRequestLogging: true,
      requestIdLogLabel: 'requestId',
    }),
    genReqId: requestIdOf,
    childLoggerFactory: (parent: FastifyBaseLogger, bindings: ChildOf[0], options: ChildOf[1]) =>
      new RequestLogger(() => parent.child(bindings, options)),
    // For protocol and host only; the client's address comes from `ClientAddresses`.
    trustProxy: [...config.http.trustedProxies],
    bodyLimit: config.http.bodyLimitBytes,
    schemaController: { compilersFactory: { buildValidator: noSchema, buildSerializer: noSchema } },
    // Fastify would make a second server of its own where a name such as `localhost` has two
    // addresses, and that one would lack what is attached here.
    serverFactory: (answer: RequestListener) => {
      const server = createServer(SERVER, answer);
      bare.attach(server);
      return server;
    },
    forceCloseConnections: 'idle',
    // What arrives on an open connection while the server drains is answered like anything else.
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      const problem = toProblem(error);
      const accepted = request.headers['accept-language'];
      void reply
        .status(problem.status)
        .headers({
          ...problemHeaders(problem, accepted),
          ...crossOriginHeaders(corsOrigins, request.headers.origin),
          [REQUEST_ID_HEADER]: request.id,
        })
        .send(problemBody(problem, request.id, accepted));
    },
    clientErrorHandler: bare.refuse,
  });
}
