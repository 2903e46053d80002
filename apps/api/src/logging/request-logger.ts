import type { FastifyBaseLogger } from 'fastify';

type Line = readonly unknown[];
type Kind = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

/**
 * Fastify's logger of one request, whose lines carry its id. Made when the first line is written,
 * because most requests write none: the access line goes through the logger of the process.
 */
export class RequestLogger implements FastifyBaseLogger {
  #made: FastifyBaseLogger | undefined;

  constructor(private readonly make: () => FastifyBaseLogger) {}

  get level(): string {
    return this.#own.level;
  }
  set level(level: string) {
    this.#own.level = level;
  }
  fatal(...line: Line): void {
    this.#write('fatal', line);
  }
  error(...line: Line): void {
    this.#write('error', line);
  }
  warn(...line: Line): void {
    this.#write('warn', line);
  }
  info(...line: Line): void {
    this.#write('info', line);
  }
  debug(...line: Line): void {
    this.#write('debug', line);
  }
  trace(...line: Line): void {
    this.#write('trace', line);
  }
  silent(...line: Line): void {
    this.#write('silent', line);
  }
  child(...how: Parameters<FastifyBaseLogger['child']>): FastifyBaseLogger {
    return this.#own.child(...how);
  }

  #write(kind: Kind, line: Line): void {
    Reflect.apply(this.#own[kind], this.#own, line);
  }

  get #own(): FastifyBaseLogger {
    return (this.#made ??= this.make());
  }
}
