import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { PasswordHasher } from './auth/credentials/password-hasher.js';
import { auditCacheRoutes } from './cache-admin/audit-cache-routes.js';
import { CacheAudit } from './cache-admin/cache-audit.js';
import { AppConfig } from './config/app-config.js';
import { consoleFolder, serveConsole } from './console/serve-console.js';
import { EXPOSED_HEADERS } from './http/cross-origin.js';
import { setUpApiDocs } from './http/api-docs.js';
import { Drain } from './http/drain.js';
import { acceptJsonBodies } from './http/json-body.js';
import { addRequestHooks } from './http/request-hooks.js';
import { MetricsService } from './metrics/metrics.service.js';
import { addRequestMetrics } from './metrics/request-metrics.js';
import { limitRequests, RequestLimits } from './rate-limit/request-limits.js';
import { validationPipe } from './validation/validation.pipe.js';
import { ProblemFilter } from './problems/problem.filter.js';

const API_PREFIX = 'api/v1';

/** Everything between `create` and `listen`; the e2e tests run exactly this too. */
export async function configureApp(app: NestFastifyApplication): Promise<void> {
  const config = app.get(AppConfig);
  const fastify = app.getHttpAdapter().getInstance();
  addRequestHooks(fastify, app.get(Drain), config, `/${API_PREFIX}/`);
  auditCacheRoutes(fastify, app.get(CacheAudit, { strict: false }));
  addRequestMetrics(fastify, app.get(MetricsService));
  acceptJsonBodies(app, config.http.bodyLimitBytes);
  app.enableCors({
    origin:
      typeof config.http.corsOrigins === 'boolean'
        ? config.http.corsOrigins
        : [...config.http.corsOrigins],
    methods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: 600,
    // An OPTIONS that is no preflight would be answered in plain text.
    strictPreflight: false,
  });
  const hasher = app.get(PasswordHasher, { strict: false });
  const assertRoom = (): void => {
    hasher.assertRoom();
  };
  await app.register(limitRequests(app.get(RequestLimits), assertRoom));
  app.setGlobalPrefix(API_PREFIX, { exclude: ['health/live', 'health/ready', 'metrics'] });
  app.useGlobalPipes(validationPipe);
  app.useGlobalFilters(new ProblemFilter());
  if (config.http.docs) setUpApiDocs(app, config.http.publicUrl);
  const folder = config.http.console ? consoleFolder() : undefined;
  if (folder !== undefined) await serveConsole(app, folder);
  app.enableShutdownHooks();
}
