import { Logger } from '@nestjs/common';
import { AppConfig } from './config/app-config.js';
import { createApp } from './create-app.js';

try {
  const app = await createApp();
  const { http } = app.get(AppConfig);
  await app.listen(http.port, http.host);
  const url = (await app.getUrl()).replace('[::1]', 'localhost');
  const logger = new Logger('API');
  logger.log(`Listening on ${url}/api/v1`);
  logger.log(`Swagger UI  ${url}/docs`);
} catch (error) {
  // One sentence for what the operator can mend; a stack only for what nobody foresaw.
  const foreseen = error instanceof Error && 'variable' in error;
  process.stderr.write(`${foreseen ? error.message : String((error as Error).stack ?? error)}\n`);
  process.exit(1);
}
