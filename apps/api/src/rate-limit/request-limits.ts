import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppConfig } from '../config/app-config.js';
import { Problem } from '../problems/problem.js';
import { clientNetwork } from './client-network.js';
import type { RateLimitBucket } from './rate-limit.decorator.js';
import { RateLimiter } from './rate-limiter.js';

const NETWORKS_PER_SUBJECT = 4;

/**
 * Limits requests per network, before their body is read. A request counts in exactly one bucket,
 * which all its routes share; a limit of 0 is none. Many networks that try one account are the
 * lockout's business, not this one's.
 */
@Injectable()
export class RequestLimits {
  private readonly perMinute: Readonly<Record<RateLimitBucket, number>>;

  constructor(
    private readonly limiter: RateLimiter,
    config: AppConfig,
  ) {
    const { loginPerMinute, publicPerMinute, requestsPerMinute } = config.rateLimit;
    this.perMinute = {
      login: loginPerMinute,
      public: publicPerMinute,
      requests: requestsPerMinute,
      unlimited: 0,
    };
  }

  /** Whether requests are counted in a bucket at all. */
  counts(bucket: RateLimitBucket): boolean {
    return this.perMinute[bucket] > 0;
  }

  /** Counts a request of the client. @throws Problem RATE_LIMITED */
  ofClient(bucket: RateLimitBucket, address: string): Promise<void> {
    return this.take(`${bucket}:${clientNetwork(address)}`, this.perMinute[bucket]);
  }

  /**
   * Counts a usuario or an e-mail in all networks together, of which one usuario has a few.
   * @throws Problem RATE_LIMITED
   */
  ofSubject(bucket: RateLimitBucket, subject: string): Promise<void> {
    return this.take(`${bucket}:${subject}`, this.perMinute[bucket] * NETWORKS_PER_SUBJECT);
  }

  /**
   * Takes the one turn that all processes together have in a time.
   * @throws Problem RATE_LIMITED with this detail
   */
  async ofFleet(what: string, everyMs: number, detail: string): Promise<void> {
    const waitMs = await this.limiter.take(`fleet:${what}`, 1, everyMs);
    if (waitMs > 0) {
      throw new Problem('RATE_LIMITED', detail, { retryAfterSeconds: waitMs / 1_000 });
    }
  }

  private async take(key: string, limit: number): Promise<void> {
    if (limit === 0) return;
    const waitMs = await this.limiter.take(key, limit);
    if (waitMs === 0) return;
    throw new Problem('RATE_LIMITED', `At most ${limit} of these requests a minute`, {
      retryAfterSeconds: waitMs / 1000,
    });
  }
}

/**
 * The hook for all routes, those of the API's documentation as well. To be registered as a plugin
 * after CORS, whose headers a 429 carries too and whose preflights do not count.
 * @param assertRoomForLogin throws when no password can be checked at the moment
 */
export function limitRequests(
  limits: RequestLimits,
  assertRoomForLogin: () => void,
): (fastify: FastifyInstance) => Promise<void> {
  const plugin = (fastify: FastifyInstance): Promise<void> => {
    fastify.addHook('onRequest', (request, _reply, done) => {
      const bucket = bucketOf(request);
      // The cheapest refusal first: a flood of logins must not take the time of everything else.
      if (bucket === 'login') assertRoomForLogin();
      if (!limits.counts(bucket)) {
        done();
        return;
      }
      const { clientAddress } = request;
      limits.ofClient(bucket, clientAddress).then(() => done(), done);
    });
    return Promise.resolve();
  };
  // As fastify-plugin does: the hook is for the whole application and not for a scope of its own.
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true });
}

function bucketOf({ routeOptions: { url = '', config } }: FastifyRequest): RateLimitBucket {
  // The routes of files are set up by their plugin.
  return config.rateLimit ?? (/^\/(?:docs|console)\b/.test(url) ? 'public' : 'requests');
}
