import { runWithCacheDeadline } from '@gad/cache';
import type { FastifyInstance } from 'fastify';
import type { AppConfig } from '../config/app-config.js';
import { ClientAddresses } from './client-address.js';
import type { Drain } from './drain.js';
import { loggableUrl } from '../logging/loggable-url.js';
import { inRequest } from '../logging/request-context.js';
import { REQUEST_ID_HEADER } from './request-id.js';
import { requestLineProblem } from './request-target.js';
import { securityHeaders } from './security-headers.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Of the client behind the proxies that are trusted, in one spelling (`ClientAddresses`). */
    clientAddress: string;
    /** The caller that a guard recognised. */
    user?: { readonly id: number };
  }
  interface FastifyContextConfig {
    /** The route is answered from the cache, mostly: see `inRequest`. */
    fromCache?: true;
  }
}

/**
 * Every answer carries its request id and the security headers, every log line written for it the id,
 * and each request is logged once.
 */
export function addRequestHooks(
  fastify: FastifyInstance,
  drain: Drain,
  config: AppConfig,
  personalPrefix: string,
): void {
  const addresses = new ClientAddresses(config.http.trustedProxies);
  const common = securityHeaders();
  // Unless the route says otherwise: no cache, not even the browser's own, keeps such an answer.
  const personal = { ...common, 'cache-control': 'private, no-store' };
  fastify.decorateRequest('clientAddress', '');
  fastify.addHook('onRequest', (request, reply, done) => {
    request.clientAddress = addresses.of(request);
    const isPersonal = request.routeOptions.url?.startsWith(personalPrefix) === true;
    void reply.headers(isPersonal ? personal : common);
    done(requestLineProblem(request.raw));
  });
  const hitsAreLogged = writes(fastify, config.cache.logLevel);
  // Around the handler and not in a hook, which would not know when the request has ended.
  fastify.addHook('onRoute', (route) => {
    if (route.config?.fromCache === true && !hitsAreLogged) return;
    const { handler } = route;
    route.handler = function inContext(request, reply): unknown {
      let answer: unknown;
      const work = (): Promise<unknown> => {
        answer = handler.call(this, request, reply);
        // Without a promise it has answered.
        return answer instanceof Promise ? answer : Promise.resolve();
      };
      // All cache calls of a request share one deadline.
      void inRequest(request, () => runWithCacheDeadline(work));
      return answer;
    };
  });
  // At the end and not at the beginning: a preflight is answered before any hook of ours, and a
  // request may outlast the moment at which the drain begins.
  fastify.addHook('onSend', (request, reply, payload, done) => {
    void reply.header(REQUEST_ID_HEADER, request.id);
    if (drain.draining) void reply.header('connection', 'close');
    done(null, payload);
  });
  if (!writes(fastify, 'info')) return;
  fastify.addHook('onResponse', (request, reply, done) => {
    const url = loggableUrl(request.url);
    fastify.log.info(
      {
        context: 'HTTP',
        requestId: request.id,
        method: request.method,
        url,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        ...(config.logClientAddress ? { address: request.clientAddress } : {}),
        ...(request.user ? { usuario_id: request.user.id } : {}),
      },
      `${request.method} ${url} ${String(reply.statusCode)}`,
    );
    done();
  });
}

/** Whether lines of a level are written. */
function writes({ log }: FastifyInstance, level: 'info' | 'debug' | 'off'): boolean {
  const levels = { off: [], info: ['info', 'debug', 'trace'], debug: ['debug', 'trace'] };
  return levels[level].some((each) => each === log.level);
}
