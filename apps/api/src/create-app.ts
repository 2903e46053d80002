import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { DestinationStream } from 'pino';
import { AppModule } from './app.module.js';
import { AppConfigModule, type LoadedConfig } from './config/app-config.module.js';
import { configureApp } from './configure-app.js';
import { createHttpAdapter } from './http/create-http-adapter.js';
import { createPino, PinoLogger } from './logging/pino-logger.js';

/**
 * The application of tests, ready to listen.
 * @param variables instead of the process environment and `.env`
 */
export async function createApp(
  variables: Readonly<Record<string, string>>,
  logTo?: DestinationStream,
): Promise<NestFastifyApplication> {
  return buildApp(await AppConfigModule.load(variables), logTo);
}

/**
 * The application over a configuration that was loaded, ready to listen.
 * @param logTo instead of standard output
 */
export async function buildApp(
  { config, module }: LoadedConfig,
  logTo?: DestinationStream,
): Promise<NestFastifyApplication> {
  const pino = await createPino(config, logTo);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(module),
    createHttpAdapter(config, pino),
    { logger: new PinoLogger(pino), abortOnError: false, bodyParser: false },
  );
  await configureApp(app);
  return app;
}
