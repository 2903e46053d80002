import type { CallHandler, ExecutionContext, NestInterceptor, OnModuleInit } from '@nestjs/common';
import { Injectable, Logger } from '@nestjs/common';
import { ApplicationConfig, ModuleRef, ModulesContainer } from '@nestjs/core';
import type { Observable } from 'rxjs';
import { CacheOptionsError } from '../cache-errors.js';
import type { Application } from './application.js';
import { applicationOf } from './application.js';
import type { AnyHandlerOptions } from './decorated.js';
import { handlerDecoration } from './decorated.js';
import { HandlerCache } from './handler-cache.js';
import { REDIRECT_METADATA, RENDER_METADATA } from './nest-metadata.js';
import { IS_CACHE, Serializers } from './serializers.js';

/** Metadata keys of handlers whose answer Nest reads: a view's data, the target of a redirect. */
const OPENED = [RENDER_METADATA, REDIRECT_METADATA];

/** The interceptor of `@CacheAside` handlers. Nest creates one for each module that has any. */
@Injectable()
export class CacheAsideInterceptor implements NestInterceptor, OnModuleInit {
  static readonly [IS_CACHE] = true;
  /** By class and handler: classes with different serializers may inherit the same handler. */
  readonly #handlers = new Map<object, Map<object, HandlerCache>>();
  readonly #logger = new Logger('Cache');

  readonly #application: Application;

  constructor(
    private readonly module: ModuleRef,
    private readonly config: ApplicationConfig,
    container: ModulesContainer,
  ) {
    this.#application = applicationOf(container);
  }

  /**
   * @throws CacheOptionsError when the application has no cache; the explorer of a cache checks
   *   everything else
   */
  onModuleInit(): void {
    if (this.#application.started) return;
    throw new CacheOptionsError(
      'cache',
      '@CacheAside needs a cache: import CacheModule.forRoot(…) from the same copy of the library.',
    );
  }

  intercept(
    context: ExecutionContext,
    next: CallHandler,
  ): Observable<unknown> | Promise<Observable<unknown>> {
    if (context.getType() !== 'http') {
      throw new CacheOptionsError(
        'scope',
        `${context.getClass().name}.${context.getHandler().name} was called over a transport other than HTTP, which @CacheAside with a scope does not support: leave the scope out.`,
      );
    }
    const known = this.#handlers.get(context.getClass())?.get(context.getHandler());
    return (known ?? this.#prepare(context)).intercept(context, next);
  }

  /**
   * Runs once for each handler, at its first request: by then all global interceptors are
   * registered.
   */
  #prepare(context: ExecutionContext): HandlerCache {
    const [type, handler] = [context.getClass(), context.getHandler()];
    const { module, config } = this;
    const decorated = handlerDecoration(handler);
    if (decorated === undefined) {
      throw new CacheOptionsError('scope', `${type.name}.${handler.name} has no @CacheAside.`);
    }
    const { aside } = decorated;
    const application = this.#application;
    const prepared = new HandlerCache({
      face: application.face(decorated),
      options: aside,
      serializers: Serializers.around({ type, method: handler, aside, module, config }),
      logger: this.#logger,
      opened: OPENED.some((key) => Reflect.hasMetadata(key, handler)),
      name: `${type.name}.${handler.name}`,
      instance:
        typeof aside.instances === 'function' ? module.get(type, { strict: true }) : undefined,
      assertDistinct: (key, input) => {
        if (aside.instances !== undefined) return;
        application.assertDistinguished(decorated, key, (other) =>
          (other.aside as AnyHandlerOptions).key(input),
        );
      },
    });
    note(this.#handlers, type, handler, prepared);
    note(application.handlers, type, handler, prepared);
    return prepared;
  }
}

function note<T>(
  handlers: Map<object, Map<object, T>>,
  type: object,
  handler: object,
  prepared: T,
): void {
  const ofType = handlers.get(type) ?? new Map<object, T>();
  handlers.set(type, ofType.set(handler, prepared));
}
