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
import { AppConfig } from '../config/app-config.js';
import { clockSentence } from '../database/clock-watch.js';
import { RateLimit } from '../rate-limit/rate-limit.decorator.js';
import { Database } from '../database/database.js';
import { Drain } from '../http/drain.js';
import { ApiProblems } from '../problems/api-problems.decorator.js';
import { Problem } from '../problems/problem.js';
import { toProblem } from '../problems/to-problem.js';

const RETRY_AFTER_SECONDS = 5;

const CACHE_EXAMPLE = {
  status: 'up',
  store: 'redis',
  consistency: 'strict',
  fresh: true,
  relay: 'leading',
};

@ApiTags('operations')
@Public()
@Controller('health')
export class HealthController {
  private readonly since = performance.now();

  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly database: Database,
    private readonly cache: CacheService,
    private readonly drain: Drain,
    private readonly config: AppConfig,
  ) {}

  @Get('live')
  @RateLimit('unlimited')
  @ApiOperation({
    operationId: 'getLiveness',
    summary: 'The process runs',
    description: 'Answers as long as the process can answer at all; asks no other server.',
  })
  @ApiOkResponse({ schema: { example: { status: 'ok' } } })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('ready')
  @RateLimit('unlimited')
  @ApiOperation({
    operationId: 'getReadiness',
    summary:
      'The database answers and takes writes; a cache that cannot serve, or a clock that differs, only degrades',
    description:
      '503 while the database does not answer, once the process has received a stop signal, and at a start while the cache is warmed, for `CACHE_WARM_READY_MS`.',
  })
  @ApiOkResponse({
    schema: {
      example: {
        status: 'ok',
        info: {
          database: { status: 'up', kind: 'postgres' },
          cache: CACHE_EXAMPLE,
        },
        error: {},
        details: {
          database: { status: 'up', kind: 'postgres' },
          cache: CACHE_EXAMPLE,
        },
      },
    },
  })
  @ApiProblems('DATABASE_UNAVAILABLE', 'CACHE_WARMING', 'SHUTTING_DOWN')
  async ready(): Promise<HealthCheckResult> {
    this.refuseWhenDraining();
    this.refuseWhileWarming();
    try {
      const database = await this.databaseHealth();
      return await this.health.check([() => database, () => this.cacheHealth()]);
    } catch (error) {
      // Stopped while the database was asked: terminus refuses then, whatever the answer.
      this.refuseWhenDraining();
      // The detail names the cause: unavailable, read-only, without room, …
      const { detail } = toProblem(error);
      throw new Problem('DATABASE_UNAVAILABLE', detail, {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
        cause: error,
      });
    }
  }

  /** Send no more requests here; those that come all the same are answered. */
  private refuseWhenDraining(): void {
    if (!this.drain.draining) return;
    throw new Problem('SHUTTING_DOWN', 'The process has received a stop signal');
  }

  /** At a start, for as long as `CACHE_WARM_READY_MS` says. */
  private refuseWhileWarming(): void {
    const { warmReadyMs } = this.config.cache;
    if (this.cache.warming.settled || performance.now() - this.since >= warmReadyMs) return;
    throw new Problem('CACHE_WARMING', 'The cache is being warmed', { retryAfterSeconds: 1 });
  }

  /** @throws Problem when the database is unavailable or takes no writes */
  private async databaseHealth(): Promise<HealthIndicatorResult> {
    await this.database.ping();
    const indicator = this.indicators.check('database');
    const { kind, clockAheadMs } = this.database;
    if (clockAheadMs === 0) return indicator.up({ kind });
    return indicator.degraded({ kind, clock: clockSentence(clockAheadMs) });
  }

  private cacheHealth(): HealthIndicatorResult {
    const indicator = this.indicators.check('cache');
    const { connected, storeKind: store, freshness } = this.cache;
    const { consistency, fresh, relay, shards } = freshness ?? {};
    const parts = shards === undefined ? {} : { shards };
    const proof = freshness === null ? {} : { consistency, fresh, relay, ...parts };
    const run = this.cache.warming.leading;
    const warming = run === undefined ? {} : { warming: run.warmers };
    const serves = connected && (fresh !== false || consistency === 'bounded');
    const state: Record<string, unknown> = { store, ...proof, ...warming };
    return serves ? indicator.up(state) : indicator.degraded(state);
  }
}
