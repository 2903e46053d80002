import { createHash, timingSafeEqual } from 'node:crypto';
import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { bearerToken } from '../auth/tokens/bearer-token.js';
import { Public } from '../auth/public.decorator.js';
import { AppConfig } from '../config/app-config.js';
import { ApiProblems } from '../problems/api-problems.decorator.js';
import { Problem } from '../problems/problem.js';
import { RateLimit } from '../rate-limit/rate-limit.decorator.js';
import { MetricsService } from './metrics.service.js';

@ApiTags('operations')
@Public()
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: MetricsService,
    private readonly config: AppConfig,
  ) {}

  @Get()
  @RateLimit('public')
  @ApiBearerAuth()
  @ApiOperation({
    operationId: 'getMetrics',
    summary: 'Prometheus metrics',
    description:
      'In the text format of Prometheus. Where `METRICS_TOKEN` is set it is the bearer token to send.',
  })
  @ApiProblems('UNAUTHENTICATED', 'RATE_LIMITED')
  @ApiProduces('text/plain')
  @ApiOkResponse({ schema: { type: 'string', example: 'cache_hit_rate{service="gad-api"} 0.73' } })
  async render(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const { metricsToken } = this.config;
    if (metricsToken !== undefined && !isSame(bearerToken(request) ?? '', metricsToken)) {
      throw new Problem('UNAUTHENTICATED', 'Send METRICS_TOKEN: Authorization: Bearer …');
    }
    void reply.type(this.metrics.contentType);
    return this.metrics.render();
  }
}

/** In a time that does not depend on where two texts differ. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
