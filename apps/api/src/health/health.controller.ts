import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  HealthCheckService,
  HealthIndicatorService,
  type HealthCheckResult,
  type HealthIndicatorResult,
} from '@nestjs/terminus';
import { CacheService } from '@gad/cache';
import { Public } from '../auth/public.decorator.js';
import { RateLimit } from '../auth/rate-limit.decorator.js';
import { Database } from '../database/database.js';
import { Drain } from '../http/drain.js';
import { ApiProblems } from '../problems/api-problems.decorator.js';
import { Problem } from '../problems/problem.js';

const RETRY_AFTER_SECONDS = 5;

@ApiTags('operations')
@Public()
@RateLimit('unlimited')
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly database: Database,
    private readonly cache: CacheService,
    private readonly drain: Drain,
  ) {}

  @Get('live')
  @ApiOperation({ summary: 'The process runs' })
  @ApiOkResponse({ schema: { example: { status: 'ok' } } })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({ summary: 'The database answers; a cache store that is away only degrades' })
  @ApiOkResponse({
    schema: {
      example: {
        status: 'ok',
        info: {
          database: { status: 'up', kind: 'postgres' },
          cache: { status: 'up', store: 'redis' },
        },
        error: {},
        details: {
          database: { status: 'up', kind: 'postgres' },
          cache: { status: 'up', store: 'redis' },
        },
      },
    },
  })
  @ApiProblems('DATABASE_UNAVAILABLE', 'SHUTTING_DOWN')
  async ready(): Promise<HealthCheckResult> {
    // Send no more requests here; those that come all the same are answered.
    if (this.drain.draining)
      throw new Problem('SHUTTING_DOWN', 'The process has been told to stop');
    try {
      return await this.health.check([() => this.databaseHealth(), () => this.cacheHealth()]);
    } catch (error) {
      throw new Problem('DATABASE_UNAVAILABLE', 'The database does not answer', {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
        cause: error,
      });
    }
  }

  private async databaseHealth(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('database');
    const { kind } = this.database;
    try {
      await this.database.ping();
      return indicator.up({ kind });
    } catch {
      return indicator.down({ kind });
    }
  }

  private cacheHealth(): HealthIndicatorResult {
    const indicator = this.indicators.check('cache');
    const { connected, storeKind: store } = this.cache;
    return connected ? indicator.up({ store }) : indicator.degraded({ store });
  }
}
