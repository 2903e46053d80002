import { Logger } from '@nestjs/common';
import { AppConfigModule } from './config/app-config.module.js';
import { CONSOLE_PATH, consoleFolder } from './console/serve-console.js';
import { buildApp } from './create-app.js';
import { assertCanListen, listenFailure } from './http/listening.js';
import { startFailure } from './start-failure.js';

try {
  const loaded = await AppConfigModule.load();
  const { http, redis, database } = loaded.config;
  await assertCanListen(http);
  const app = await buildApp(loaded);
  const logger = new Logger('API');
  logger.log(
    `Database: ${database.url === undefined ? 'embedded (set DATABASE_URL for PostgreSQL)' : 'PostgreSQL'}`,
  );
  logger.log(`Cache: ${redis === undefined ? 'in-process (set REDIS_HOST for Redis)' : 'Redis'}`);
  const isThere = http.console && consoleFolder() !== undefined;
  if (http.console && !isThere) logger.warn('Console: not built (npm run build)');
  const listening = app.listen({
    port: http.port,
    host: http.host,
    listenTextResolver: (address) =>
      `Listening on ${address}/api/v1` +
      (http.docs ? `, Swagger UI at ${address}/docs` : '') +
      (isThere ? `, console at ${address}${CONSOLE_PATH}` : ''),
  });
  await listening.catch((error: unknown) => {
    throw listenFailure(error, http);
  });
} catch (error) {
  process.stderr.write(`${startFailure(error)}\n`);
  process.exit(1);
}
