import type { LoggerService } from '@nestjs/common';
import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino';
import { requestContext } from './request-context.js';
import { safeError, textOf } from './safe-error.js';
import type { AppConfig } from '../config/app-config.js';

/**
 * The process's logger: one JSON object a line; in development readable text instead. Lines
 * written while a request is answered carry its id. Secrets never reach it (see `redact` and
 * `safeError`).
 * @param to instead of standard output
 */
export async function createPino(config: AppConfig, to?: DestinationStream): Promise<Logger> {
  const options: LoggerOptions = {
    level: config.logLevel,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }), log: besideOwnNames },
    // Fastify's loggers, one for each request, bring the id along by themselves.
    mixin: (_fields, _level, own) => {
      const requestId = own === logger ? requestContext.getStore()?.requestId : undefined;
      return requestId === undefined ? {} : { requestId };
    },
    serializers: { err: safeError },
    redact: ['req.headers.authorization', '*.password', '*.refresh_token', '*.access_token'],
  };
  const readable = config.nodeEnv === 'development' ? await readableText() : undefined;
  const stream = to ?? readable;
  const logger: Logger = stream === undefined ? pino(options) : pino(options, stream);
  return logger;
}

/** What pino writes itself, in front and behind; a field of that name would be there twice. */
const OWN_NAMES = new Set(['level', 'time', 'msg']);

function besideOwnNames(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [OWN_NAMES.has(name) ? `${name}_` : name, value]),
  );
}

async function readableText(): Promise<DestinationStream> {
  const { PinoPretty } = await import('pino-pretty');
  return PinoPretty({
    colorize: process.stdout.isTTY,
    ignore:
      'context,requestId,operation,key,ttl,count,method,url,status,ms,action,usuario_id,address',
    messageFormat: '{if context}[{context}] {end}{msg}',
    sync: true,
  });
}

/**
 * Nest logs every module and route that it sets up, and every error that main.ts is about to print:
 * useful only for finding a fault in the wiring, at LOG_LEVEL=debug.
 */
const WIRING = new Set([
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestFactory',
  'NestApplication',
  'ExceptionHandler',
]);

type Level = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

/**
 * Lets Nest and everything that uses its `Logger` write through pino. A message may be text, an
 * `Error`, or an object with a `message` and structured fields; the last parameter is the context.
 */
export class PinoLogger implements LoggerService {
  constructor(private readonly pino: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write('info', message, rest);
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }
  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }
  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }
  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  private write(usual: Level, message: unknown, rest: readonly unknown[]): void {
    const last = rest.at(-1);
    const context = typeof last === 'string' ? last : undefined;
    const level = context !== undefined && WIRING.has(context) ? 'debug' : usual;
    // Nest hands a stack in front of the context, and extra parameters of any kind.
    const details = rest.slice(0, context === undefined ? rest.length : -1);
    const stack = details.find((item): item is string => typeof item === 'string');
    const fields = safeFields({ context }, ...details.filter(isPlainObject));
    if (message instanceof Error) this.pino[level]({ ...fields, err: message }, textOf(message));
    else if (isPlainObject(message)) {
      const { message: text, ...own } = message;
      this.pino[level](
        { ...fields, ...safeFields(own) },
        typeof text === 'string' ? text : undefined,
      );
    } else {
      const text = stack === undefined ? {} : { stack: textOf(stack) };
      this.pino[level]({ ...fields, ...text }, textOf(String(message)));
    }
  }
}

/** Errors among the fields are written as `err` is. */
function safeFields(...objects: readonly Record<string, unknown>[]): Record<string, unknown> {
  const entries = objects.flatMap(Object.entries<unknown>);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, value instanceof Error ? safeError(value) : value]),
  );
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Error)
  );
}
