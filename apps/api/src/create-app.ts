import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { AppConfigModule } from './config/app-config.module.js';
import { configureApp } from './configure-app.js';
import { createHttpAdapter } from './http/create-http-adapter.js';
import { createPino, PinoLogger } from './logging/pino-logger.js';

/**
 * The application, ready to listen.
 * @param variables instead of the process environment and `.env`: for tests
 */
export async function createApp(
  variables?: Readonly<Record<string, string>>,
): Promise<NestFastifyApplication> {
  const { config, module } = await AppConfigModule.load(variables);
  const pino = await createPino(config);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(module),
    createHttpAdapter(config, pino),
    { logger: new PinoLogger(pino), abortOnError: false },
  );
  await configureApp(app);
  return app;
}
