import { Logger } from '@nestjs/common';
import { AppConfig } from './config/app-config.js';
import { createApp } from './create-app.js';

try {
  const app = await createApp();
  const { http, redis, database } = app.get(AppConfig);
  const logger = new Logger('API');
  logger.log(
    `Database: ${database.url === undefined ? 'embedded (set DATABASE_URL for PostgreSQL)' : 'PostgreSQL'}`,
  );
  logger.log(`Cache: ${redis === undefined ? 'in-process (set REDIS_HOST for Redis)' : 'Redis'}`);
  await app.listen({
    port: http.port,
    host: http.host,
    listenTextResolver: (address) =>
      `Listening on ${address}/api/v1, Swagger UI at ${address}/docs`,
  });
} catch (error) {
  // One sentence for what the operator can mend; a stack only for what nobody foresaw.
  const foreseen = error instanceof Error && 'variable' in error;
  process.stderr.write(`${foreseen ? error.message : String((error as Error).stack ?? error)}\n`);
  process.exit(1);
}
