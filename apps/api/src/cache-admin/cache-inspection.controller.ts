import { Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { CacheService } from '@gad/cache';
import { Roles } from '../auth/roles.decorator.js';
import type { CursorColumn } from '../paging/cursor.js';
import { ListCursor } from '../paging/cursor.js';
import { ApiProblems } from '../problems/api-problems.decorator.js';
import { NoQueryPipe } from '../validation/no-query.pipe.js';
import { ExplainedKeyDto } from './explain/explain.dto.js';
import { ExplainService } from './explain/explain.service.js';
import { FreshnessProbeDto } from './freshness-probe.dto.js';
import { FreshnessProbeService } from './freshness-probe.service.js';
import { PATH_TEXT, RestOfPath } from './rest-of-path.decorator.js';
import { CacheTreeDto, TreeQueryDto } from './cache-tree.dto.js';

/** A cursor of the cache itself. */
const OWN: CursorColumn<string> = {
  write: String,
  read: (text) => (/^[\w-]{1,800}$/.test(text) ? text : undefined),
};

/** What is in the cache, and why. Polled and without values, so none of it is audited. */
@ApiTags('cache')
@ApiBearerAuth()
@ApiProblems('UNAUTHENTICATED', 'FORBIDDEN', 'VALIDATION_FAILED')
@Roles('admin')
@Controller('cache')
export class CacheInspectionController {
  constructor(
    private readonly cache: CacheService,
    private readonly explained: ExplainService,
    private readonly freshness: FreshnessProbeService,
  ) {}

  @Get('tree')
  @ApiOperation({
    operationId: 'listCacheTree',
    summary: 'Count keys by the next segment of their names',
    description: 'One level of the tree of keys, whose names are split at colons.',
  })
  @ApiOkResponse({ type: CacheTreeDto })
  @ApiProblems('CACHE_KEY_INVALID', 'CURSOR_INVALID', 'CACHE_UNAVAILABLE')
  async tree(@Query() query: TreeQueryDto): Promise<CacheTreeDto> {
    const { after, limit } = query;
    const prefix = this.cache.stripPrefix(query.prefix);
    const cursors = new ListCursor<[string]>(`cache-tree:${encodeURIComponent(prefix)}`, OWN);
    const page = await this.cache.keyTree({
      prefix,
      limit,
      ...(after === undefined ? {} : { cursor: cursors.decode(after)[0] }),
    });
    return {
      prefix,
      items: page.items.map(({ name, prefix: next, keys, isKey }) => {
        return { name, prefix: next, keys, is_key: isKey, estimate: page.isEstimate };
      }),
      next_cursor: page.nextCursor === null ? null : cursors.encode(page.nextCursor),
      partial: page.partial,
    };
  }

  @Get('explain/*')
  @ApiOperation({
    operationId: 'explainCacheKey',
    summary: 'Say what is at a key, and if there is no value, why',
    description:
      'By which event, whom and which request it was removed, each with its certainty. Answers partly when the store does not.',
  })
  @ApiParam({ name: 'key', schema: PATH_TEXT, example: 'stats:user:2:days:30' })
  @ApiOkResponse({ type: ExplainedKeyDto })
  @ApiProblems('CACHE_KEY_INVALID', 'MALFORMED_REQUEST')
  explain(
    @RestOfPath() pasted: string,
    @Query(NoQueryPipe) _none: undefined,
  ): Promise<ExplainedKeyDto> {
    return this.explained.explain(this.cache.stripPrefix(pasted));
  }

  @Post('freshness/probe')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'probeCacheFreshness',
    summary: 'Measure how soon every process is proved to have what is committed now',
    description: 'Appends nothing. Once in five seconds.',
  })
  @ApiOkResponse({ type: FreshnessProbeDto })
  @ApiProblems('RATE_LIMITED', 'CACHE_UNAVAILABLE')
  probe(@Query(NoQueryPipe) _none: undefined): Promise<FreshnessProbeDto> {
    return this.freshness.probe();
  }
}
