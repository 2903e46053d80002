import type { FastifyInstance } from 'fastify';
import type { MetricsService } from './metrics.service.js';

/** Times every request by its route pattern (never by its URL: labels must stay few). */
export function addRequestMetrics(fastify: FastifyInstance, metrics: MetricsService): void {
  fastify.addHook('onResponse', (request, reply, done) => {
    metrics.requestSeconds.observe(
      {
        method: request.method,
        route: request.routeOptions.url ?? 'unmatched',
        status: String(reply.statusCode),
      },
      reply.elapsedTime / 1000,
    );
    done();
  });
}
