import { Controller, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import { CacheService } from '@gad/cache';
import { CurrentUser } from '../auth/current-user.decorator.js';
import type { Principal } from '../auth/principal.js';
import { CachedPrincipal } from '../auth/cached-principal.decorator.js';
import { hasRole } from '../auth/role.js';
import { ApiProblems } from '../problems/api-problems.decorator.js';
import { requestContext } from '../logging/request-context.js';
import { IdPipe, PATH_ID } from '../validation/id.pipe.js';
import { Problem } from '../problems/problem.js';
import { StatisticsAccessGuard } from './statistics-access.guard.js';
import { CachedStatistics } from './statistics-cache.decorator.js';
import { StatisticsQueryDto } from './statistics-request.js';
import { userStatisticsPattern } from './statistics.cache.js';
import { InvalidatedStatisticsDto, StatisticsDto } from './statistics.dto.js';
import { StatisticsRepository } from './statistics.repository.js';
import type { Statistics } from './statistics.js';

const ApiUserId = () => ApiParam({ name: 'user_id', schema: PATH_ID, example: 2 });

@ApiTags('stats')
@ApiBearerAuth()
@ApiProblems('UNAUTHENTICATED', 'FORBIDDEN', 'VALIDATION_FAILED')
@Controller('stats')
export class StatisticsController {
  constructor(
    private readonly statistics: StatisticsRepository,
    private readonly cache: CacheService,
  ) {}

  @Get('user/:user_id')
  @CachedPrincipal()
  @UseGuards(StatisticsAccessGuard)
  @CachedStatistics()
  @ApiOperation({
    operationId: 'getUserStatistics',
    summary: 'Statistics of a usuario, cached for five minutes (own, or supervisor and admin)',
    description:
      'Of the tareas that were created in the last `days` days. `_cache` and `Cache-Status` say whether they come from the cache.',
  })
  @ApiUserId()
  @ApiHeader({
    name: 'If-None-Match',
    required: false,
    description: 'The ETag of an earlier answer',
    schema: { type: 'string' },
  })
  @ApiOkResponse({
    type: StatisticsDto,
    headers: {
      'Cache-Status': { schema: { type: 'string', example: 'gad; hit; ttl=287' } },
      ETag: { schema: { type: 'string', example: 'W/"2jmj7l5rSw0yVb_vlWAYkK_YBwk"' } },
    },
  })
  @ApiResponse({ status: 304, description: 'The statistics are still those of If-None-Match' })
  @ApiProblems('USUARIO_NOT_FOUND', 'DATABASE_UNAVAILABLE')
  forUser(
    @Param('user_id', IdPipe) userId: number,
    @Query() { days }: StatisticsQueryDto,
  ): Promise<Statistics | null> {
    return this.statistics.forUser(userId, days);
  }

  @Post('invalidate/user/:user_id')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'invalidateUserStatistics',
    summary: 'Remove the cached statistics of a usuario (own, or admin)',
    description:
      'The next read computes them anew. There is no need to call this after a change: every change invalidates them itself.',
  })
  @ApiUserId()
  @ApiOkResponse({ type: InvalidatedStatisticsDto })
  @ApiProblems('CACHE_UNAVAILABLE')
  async invalidate(
    @CurrentUser() user: Principal,
    @Param('user_id', IdPipe) userId: number,
  ): Promise<InvalidatedStatisticsDto> {
    if (userId !== user.id && !hasRole(user, 'admin')) {
      throw new Problem('FORBIDDEN', 'You may invalidate your own statistics only');
    }
    const pattern = userStatisticsPattern(userId);
    const request = requestContext.getStore()?.requestId;
    const because = { kind: 'admin', by: user.id, request } as const;
    const count = await this.cache.deletePattern(pattern, because);
    return { user_id: userId, deleted_keys: count, pattern };
  }
}
