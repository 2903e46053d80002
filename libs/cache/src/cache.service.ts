import type {
  OnApplicationBootstrap,
  OnApplicationShutdown,
  OnModuleDestroy,
  OnModuleInit,
} from '@nestjs/common';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { cacheParts } from './cache-factory.js';
import { Cache } from './cache.js';
import type { CacheLogger, CacheLogLine } from './cache-log.js';
import { CACHE_MODULE_OPTIONS } from './cache.tokens.js';
import type { NestCacheOptions } from './nest/nest-cache-options.js';
import type { ValueFidelity } from './values/as.js';
import { NEST_CACHE_OPTIONS } from './nest/nest-cache-options.js';

/**
 * The cache, bound to Nest's lifecycle: it connects on module init and closes after the HTTP server
 * has drained. A store that is unavailable at the start is no error.
 *
 * Reads and fills never fail a request: an unavailable, slow or corrupt store is a miss. Removals
 * resolve with what was removed or throw `CacheUnavailableError`. A key is 1 to 512 bytes of clean
 * text; anything else throws `CacheKeyInvalidError` everywhere.
 */
@Injectable()
export class CacheService<Values extends ValueFidelity = 'json'>
  extends Cache<Values>
  implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown
{
  constructor(@Inject(CACHE_MODULE_OPTIONS) options: NestCacheOptions) {
    // Untyped factories may return anything; it is refused inside.
    const { logLevel = 'log' } = Object(options) as NestCacheOptions;
    const logger = nestLog(new Logger('Cache'), logLevel);
    super(cacheParts(options, logger, NEST_CACHE_OPTIONS));
  }

  /**
   * Logs which store serves, and connects, once; Nest calls this. A store that is unavailable at the
   * start is used as soon as it answers.
   *
   * Cost: one connection, two with `local`. Never throws because of the store.
   * @throws CacheOptionsError when another cache in this process uses a prefix that this one reaches into
   */
  onModuleInit(): Promise<void> {
    return this.open();
  }

  /** Starts warming, once every warmer is known; Nest calls this. Cost: none. Never throws. */
  onApplicationBootstrap(): void {
    this.warming.start();
  }

  /**
   * Stops warming, within a second of a stop signal; Nest calls this. Cost: one script where this
   * process warms. Never throws because of the store.
   */
  async onModuleDestroy(): Promise<void> {
    await this.warming.stop();
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
