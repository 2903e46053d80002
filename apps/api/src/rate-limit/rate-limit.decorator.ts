import { RouteConfig } from '@nestjs/platform-fastify';

/**
 * What a request counts in, by the client's network: `login` = `LOGIN_RATE_LIMIT`, `public` =
 * `PUBLIC_RATE_LIMIT` (routes that need no token), `requests` = `RATE_LIMIT` (every route that says
 * nothing), `unlimited` is for probes.
 */
export type RateLimitBucket = 'login' | 'public' | 'requests' | 'unlimited';

declare module 'fastify' {
  interface FastifyContextConfig {
    rateLimit?: RateLimitBucket;
  }
}

/** The bucket that a route's requests count in. */
export const RateLimit = (rateLimit: RateLimitBucket): MethodDecorator =>
  RouteConfig({ rateLimit });
