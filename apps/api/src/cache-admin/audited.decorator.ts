import { applyDecorators, createParamDecorator, UseInterceptors } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { CacheAuditInterceptor } from './cache-audit.interceptor.js';
import type { CacheAuditEntry } from './cache-audit.js';

/** What is audited: what changes the cache, and looks at values. */
export const CACHE_ACTIONS = [
  'invalidate',
  'invalidate-pattern',
  'clear',
  'inspect',
  'invalidate-user',
  'start-warming',
  'stop-warming',
] as const;

/** See {@link CACHE_ACTIONS}. */
export type CacheAction = (typeof CACHE_ACTIONS)[number];

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Each request is written to the audit of the cache, before it is done and before its answer. */
    audited?: CacheAction;
  }
  interface FastifyRequest {
    /** Of a request that is audited; `null` when its entry could not be written. */
    audit?: CacheAuditEntry | null;
  }
}

/**
 * On a route that changes the cache or shows values: each request is written to the audit before it
 * is done, and its outcome before its answer, refused ones included. Without the database the answer
 * is 503 and nothing is done. The handler says by `@Audit()` how many keys it concerned. A route has
 * one config, so it stands beside no other decorator that gives one.
 */
export const Audited = (action: CacheAction): MethodDecorator =>
  applyDecorators(RouteConfig({ audited: action }), UseInterceptors(CacheAuditInterceptor));

/** Hands a handler the entry of its request. */
export const Audit = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const { audit } = context.switchToHttp().getRequest<FastifyRequest>();
  if (audit) return audit;
  throw new Error('@Audit() needs a route that is @Audited()');
});
