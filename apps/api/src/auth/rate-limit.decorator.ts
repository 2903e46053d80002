import { Reflector } from '@nestjs/core';

/** `login` = `LOGIN_RATE_LIMIT`, `requests` = `RATE_LIMIT` (every route that says nothing). */
export type RateLimitBucket = 'login' | 'requests' | 'unlimited';

/** The bucket that a route's requests count in; `unlimited` is for probes and scrapers. */
export const RateLimit = Reflector.createDecorator<RateLimitBucket>();
