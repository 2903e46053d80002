import type { FastifyInstance } from 'fastify';
import type { MetricsService } from './metrics.service.js';

/** Times every request by its route pattern (never by its URL: labels must stay few). */
export function addRequestMetrics(
  fastify: FastifyInstance,
  { requestSeconds }: MetricsService,
): void {
  // As few as the series; looking one up by its labels costs more than counting.
  const series = new Map<string, ReturnType<typeof requestSeconds.labels>>();
  fastify.addHook('onResponse', (request, reply, done) => {
    const { method } = request;
    const route = request.routeOptions.url ?? 'unmatched';
    const status = String(reply.statusCode);
    const name = `${method} ${status} ${route}`;
    let one = series.get(name);
    if (one === undefined) series.set(name, (one = requestSeconds.labels(method, route, status)));
    one.observe(reply.elapsedTime / 1000);
    done();
  });
}
