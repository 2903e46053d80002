import type { CallHandler, ExecutionContext, NestInterceptor, OnModuleInit } from '@nestjs/common';
import { Injectable, Logger } from '@nestjs/common';
import { ApplicationConfig, ModuleRef } from '@nestjs/core';
import type { Observable } from 'rxjs';
import { CacheOptionsError } from '../cache-errors.js';
import type { AnyHandlerOptions } from './cache-aside.metadata.js';
import { asideOptionsOf } from './cache-aside.metadata.js';
import { CachedMethodsExplorer } from './cached-methods.explorer.js';
import type { CacheFace } from './cache-face.js';
import { cacheFaceToken } from './cache-face.js';
import { HandlerCache } from './handler-cache.js';
import { IS_CACHE, Serializers } from './serializers.js';

/** What `@CacheAside` puts around a handler. Nest makes one for each module with such handlers. */
@Injectable()
export class CacheAsideInterceptor implements NestInterceptor, OnModuleInit {
  static readonly [IS_CACHE] = true;
  /** By class and handler: a handler may be inherited by two classes with other serializers. */
  readonly #handlers = new Map<object, Map<object, HandlerCache>>();
  readonly #logger = new Logger('Cache');

  constructor(
    private readonly module: ModuleRef,
    private readonly config: ApplicationConfig,
  ) {}

  /** @throws CacheOptionsError when the application has no cache */
  onModuleInit(): void {
    try {
      // Whoever finds no cache by its name is refused by this one.
      this.module.get(CachedMethodsExplorer, { strict: false });
    } catch (cause) {
      const error = new CacheOptionsError(
        'cache',
        '@CacheAside needs a cache: import CacheModule.forRoot(…).',
      );
      error.cause = cause;
      throw error;
    }
  }

  intercept(
    context: ExecutionContext,
    next: CallHandler,
  ): Observable<unknown> | Promise<Observable<unknown>> {
    const known = this.#handlers.get(context.getClass())?.get(context.getHandler());
    return (known ?? this.#prepare(context)).intercept(context, next);
  }

  /** Once for each handler, at its first request: global interceptors are all there by then. */
  #prepare(context: ExecutionContext): HandlerCache {
    const [type, handler] = [context.getClass(), context.getHandler()];
    // The decorator that put this interceptor here has checked that these are a handler's.
    const options = asideOptionsOf(handler) as AnyHandlerOptions;
    const face = this.module.get<CacheFace>(cacheFaceToken(options.cache), { strict: false });
    const prepared = new HandlerCache({
      face,
      options,
      serializers: Serializers.around(context, this.module, this.config),
      logger: this.#logger,
      name: `${type.name}.${handler.name}`,
    });
    const ofType = this.#handlers.get(type) ?? new Map<object, HandlerCache>();
    ofType.set(handler, prepared);
    this.#handlers.set(type, ofType);
    return prepared;
  }
}
