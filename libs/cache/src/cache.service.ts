import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { cacheParts } from './cache-factory.js';
import { Cache } from './cache.js';
import type { CacheLogger, CacheLogLine } from './cache-log.js';
import { CACHE_MODULE_OPTIONS } from './cache.tokens.js';
import type { NestCacheOptions } from './nest/nest-cache-options.js';
import { NEST_CACHE_OPTIONS } from './nest/nest-cache-options.js';
import { logStart } from './nest/start-line.js';

/**
 * The cache, bound to Nest's lifecycle: it connects on module init and closes after the HTTP server
 * has drained. A store that is unavailable at the start is no error.
 *
 * Reads and fills never fail a request: an unavailable, slow or corrupt store is a miss. Removals
 * resolve with what was removed or throw `CacheUnavailableError`. A key is 1 to 512 bytes of clean
 * text; anything else throws `CacheKeyInvalidError` everywhere.
 */
@Injectable()
export class CacheService extends Cache implements OnModuleInit, OnApplicationShutdown {
  #logStart: (() => void) | undefined;

  constructor(@Inject(CACHE_MODULE_OPTIONS) options: NestCacheOptions) {
    const logger = new Logger('Cache');
    super(cacheParts(options, nestLog(logger, options.logLevel ?? 'log'), NEST_CACHE_OPTIONS));
    this.#logStart = () => logStart(options, logger);
  }

  /**
   * Logs which store serves, and connects, once; Nest calls this. A store that is unavailable at the start is used as soon as it
   * answers.
   *
   * Cost: one connection, two with `local`. Never throws because of the store.
   * @throws CacheOptionsError when another cache in this process uses a prefix that this one reaches into
   */
  onModuleInit(): Promise<void> {
    this.#logStart?.();
    this.#logStart = undefined;
    return this.open();
  }

  /**
   * Closes the store. Nest calls this after the HTTP server has closed, so requests in flight still have
   * a cache.
   *
   * Cost: closes the connections. Never throws because of the store.
   */
  async onApplicationShutdown(): Promise<void> {
    await this.close();
  }
}

function nestLog(logger: Logger, level: 'debug' | 'log' | 'off'): CacheLogger {
  const operation = level === 'off' ? undefined : (line: CacheLogLine): void => logger[level](line);
  return {
    operation,
    notice: (message) => logger.log(message),
    warn: (message) => logger.warn(message),
  };
}
