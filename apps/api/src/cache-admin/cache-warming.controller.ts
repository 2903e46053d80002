import { Body, Controller, Delete, Get, HttpCode, Post, Query } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { CacheService } from '@gad/cache';
import type { WarmResult, WarmRun } from '@gad/cache/store';
import { Roles } from '../auth/roles.decorator.js';
import { ApiProblems } from '../problems/api-problems.decorator.js';
import { Problem } from '../problems/problem.js';
import { NoQueryPipe } from '../validation/no-query.pipe.js';
import { Audited } from './audited.decorator.js';
import { CacheWarmingDto, StartWarmingDto } from './cache-warming.dto.js';
import type { WarmingResultDto, WarmingRunDto } from './cache-warming.dto.js';

/** Filling the cache before it is asked: how far it is, and to start and stop it. */
@ApiTags('cache')
@ApiBearerAuth()
@ApiProblems('UNAUTHENTICATED', 'FORBIDDEN', 'VALIDATION_FAILED', 'CACHE_UNAVAILABLE')
@Roles('admin')
@Controller('cache/warming')
export class CacheWarmingController {
  constructor(private readonly cache: CacheService) {}

  @Get()
  @ApiOperation({
    operationId: 'getCacheWarming',
    summary: 'How far the warming of the cache is',
    description:
      'In whichever process it runs; and how the last runs ended. Polled, so not audited.',
  })
  @ApiOkResponse({ type: CacheWarmingDto })
  async status(@Query(NoQueryPipe) _none: undefined): Promise<CacheWarmingDto> {
    const { warming } = this.cache;
    const { running, results } = await warming.status();
    return {
      running: running === undefined ? null : runDto(running),
      last: results.map(resultDto),
      warmers: warming.warmers.map((name) => ({ name })),
    };
  }

  @Post()
  @HttpCode(202)
  @Audited('start-warming')
  @ApiOperation({
    operationId: 'startCacheWarming',
    summary: 'Warm the cache now',
    description:
      'In the answering process, 30 seconds at most, four loads at a time; slower while the database is busy. Entries that are there are left.',
  })
  @ApiAcceptedResponse({ type: CacheWarmingDto })
  @ApiProblems('WARMING_RUNNING', 'WARMER_UNKNOWN')
  async start(
    @Body() request: StartWarmingDto,
    @Query(NoQueryPipe) none: undefined,
  ): Promise<CacheWarmingDto> {
    const { warming } = this.cache;
    const unknown = request.warmers?.find((name) => !warming.warmers.includes(name));
    if (unknown !== undefined) {
      throw new Problem('WARMER_UNKNOWN', `There is no warmer ${unknown}`);
    }
    if ((await warming.begin(request)) === 'running') {
      throw new Problem('WARMING_RUNNING', 'The cache is being warmed already');
    }
    return this.status(none);
  }

  @Delete()
  @HttpCode(204)
  @Audited('stop-warming')
  @ApiOperation({
    operationId: 'stopCacheWarming',
    summary: 'Stop the warming of the cache',
    description: 'In whichever process it runs, within a second. What is warm stays.',
  })
  @ApiNoContentResponse()
  async stop(@Query(NoQueryPipe) _none: undefined): Promise<void> {
    await this.cache.warming.abort();
  }
}

const instant = (ms: number): string => new Date(ms).toISOString();

function runDto({
  id,
  reason,
  startedAt,
  leader,
  warmers,
  rate,
  limit,
  deadline,
}: WarmRun): WarmingRunDto {
  const times = { started_at: instant(startedAt), deadline: instant(deadline) };
  return { id, reason, ...times, leader, warmers: warmers.map(progressDto), rate, limit };
}

function resultDto({
  id,
  reason,
  startedAt,
  endedAt,
  outcome,
  warmers,
}: WarmResult): WarmingResultDto {
  const times = { started_at: instant(startedAt), ended_at: instant(endedAt) };
  return { id, reason, ...times, outcome, warmers: warmers.map(progressDto) };
}

/** Of whatever version has stored it, only what is known. */
function progressDto({ name, done, skipped, failed, total }: WarmRun['warmers'][number]) {
  return { name, done, skipped, failed, total };
}
