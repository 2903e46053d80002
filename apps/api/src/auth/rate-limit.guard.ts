import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AppConfig } from '../config/app-config.js';
import { Problem } from '../problems/problem.js';
import { clientNetwork } from './client-network.js';
import { RateLimit, type RateLimitBucket } from './rate-limit.decorator.js';
import { RateLimiter } from './rate-limiter.js';

/**
 * Limits requests per address, before anything else looks at them. A request counts in exactly one
 * bucket, which all its routes share; a limit of 0 is none. Many addresses that try one account are
 * the lockout's business, not this one's.
 */
@Injectable()
export class RateLimitGuard implements CanActivate {
  private readonly perMinute: Readonly<Record<RateLimitBucket, number>>;

  constructor(
    private readonly reflector: Reflector,
    private readonly limiter: RateLimiter,
    config: AppConfig,
  ) {
    const { loginPerMinute, requestsPerMinute } = config.rateLimit;
    this.perMinute = { login: loginPerMinute, requests: requestsPerMinute, unlimited: 0 };
  }

  /** @throws Problem RATE_LIMITED */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const bucket =
      this.reflector.getAllAndOverride(RateLimit, [context.getHandler(), context.getClass()]) ??
      'requests';
    const limit = this.perMinute[bucket];
    if (limit === 0) return true;
    const { ip } = context.switchToHttp().getRequest<{ ip: string }>();
    const waitMs = await this.limiter.take(`${bucket}:${clientNetwork(ip)}`, limit);
    if (waitMs === 0) return true;
    throw new Problem('RATE_LIMITED', `At most ${limit} of these requests a minute`, {
      retryAfterSeconds: waitMs / 1000,
    });
  }
}
