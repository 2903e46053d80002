import {
  applyDecorators,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { lastValueFrom, of, type Observable } from 'rxjs';
import { inRequest } from '../logging/request-context.js';

/** Behind the cache: the handler runs for a request that is no hit. */
class HandlerInRequest implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.getArgByIndex<FastifyRequest>(0);
    return inRequest(request, async () => of(await lastValueFrom<unknown>(next.handle())));
  }
}

/**
 * On a route that is answered from the cache: its caller may be recognised from the cache as well
 * (`PrincipalsService.findCached`). Guards see a `Caller`, without name and e-mail. Every other
 * route asks the database, which it does anyway. A hit enters no async context (`inRequest`).
 *
 * Stands above the decorator that caches, and not beside `@RateLimit`: a route has one config.
 */
export const CachedPrincipal = (): MethodDecorator =>
  applyDecorators(RouteConfig({ fromCache: true }), UseInterceptors(HandlerInRequest));

export const mayBeCached = ({ routeOptions }: FastifyRequest): boolean =>
  routeOptions.config.fromCache === true;
