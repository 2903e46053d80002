import type { FastifyInstance } from 'fastify';
import type { CacheAudit } from './cache-audit.js';

/**
 * Ends the entries of the audited routes before their answers: the only place that sees every answer,
 * those of guards included.
 */
export function auditCacheRoutes(fastify: FastifyInstance, audit: CacheAudit): void {
  fastify.addHook('onRoute', (route) => {
    if (route.config?.audited === undefined) return;
    route.onSend = async (request, reply): Promise<void> => {
      await audit.end(request, reply);
    };
  });
}
