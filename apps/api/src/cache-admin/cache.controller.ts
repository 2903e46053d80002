import { Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { CacheService } from '@gad/cache';
import { CurrentUser } from '../auth/current-user.decorator.js';
import type { Principal } from '../auth/principal.js';
import { Roles } from '../auth/roles.decorator.js';
import { KEY, ListCursor } from '../paging/cursor.js';
import { requestContext } from '../logging/request-context.js';
import { ApiProblems } from '../problems/api-problems.decorator.js';
import { Problem } from '../problems/problem.js';
import { CacheAudit } from './cache-audit.js';
import {
  CacheKeyDetailDto,
  CacheKeyPageDto,
  CacheStatsDto,
  ClearedCacheDto,
  InvalidatedKeyDto,
  InvalidatedPatternDto,
  InvalidatePatternQueryDto,
  ListKeysQueryDto,
} from './cache-admin.dto.js';
import { NoQueryPipe } from '../validation/no-query.pipe.js';
import { RestOfPath } from './rest-of-path.decorator.js';

const SAMPLE_SIZE = 20;

/** A key or pattern: up to 512 bytes. */
const PATH_TEXT = { type: 'string', minLength: 1, maxLength: 512 } as const;
const CURSOR = new ListCursor<[string]>('cache-keys', KEY);

/** For the journal: who removed it, in which request. */
function because({ id }: Principal) {
  return { kind: 'admin', by: id, request: requestContext.getStore()?.requestId } as const;
}

/** Cache administration: see what is there, remove it. Every call leaves one audit line. */
@ApiTags('cache')
@ApiBearerAuth()
@ApiProblems('UNAUTHENTICATED', 'FORBIDDEN', 'VALIDATION_FAILED')
@Roles('admin')
@Controller('cache')
export class CacheController {
  constructor(
    private readonly cache: CacheService,
    private readonly audit: CacheAudit,
  ) {}

  @Get('stats')
  @ApiOperation({
    operationId: 'getCacheStats',
    summary: 'Metrics of the cache store, and what this instance counted itself',
    description: 'Also when the store does not answer: then `connected` is false.',
  })
  @ApiOkResponse({ type: CacheStatsDto })
  async stats(@CurrentUser() user: Principal): Promise<CacheStatsDto> {
    const { used_memory_bytes: _number, ...stats } = await this.cache.getStats();
    this.audit.record(user, 'stats');
    return stats;
  }

  @Post('invalidate/*')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'invalidateCacheKey',
    summary: 'Remove one key',
    description:
      'The whole rest of the path is the key, with or without the prefix; send `?` as `%3F`.',
  })
  @ApiParam({ name: 'key', schema: PATH_TEXT, example: 'stats:user:2:days:30' })
  @ApiOkResponse({ type: InvalidatedKeyDto })
  @ApiProblems('CACHE_KEY_INVALID', 'MALFORMED_REQUEST', 'CACHE_UNAVAILABLE')
  async invalidate(
    @CurrentUser() user: Principal,
    @RestOfPath() pasted: string,
    @Query(NoQueryPipe) _none: undefined,
  ): Promise<InvalidatedKeyDto> {
    const key = this.cache.stripPrefix(pasted);
    const count = await this.cache.delete(key, because(user));
    this.audit.record(user, 'invalidate', { key, count });
    return { key, deleted: count > 0 };
  }

  @Post('invalidate-pattern/*')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'invalidateCachePattern',
    summary: 'Remove every key that matches a glob pattern as Redis understands it',
    description:
      '`*`, `?` (as `%3F`) and `[a-z]` are wildcards. With `dry_run=true` nothing is removed.',
  })
  @ApiParam({ name: 'pattern', schema: PATH_TEXT, example: 'stats:user:*' })
  @ApiOkResponse({ type: InvalidatedPatternDto })
  @ApiProblems('CACHE_PATTERN_INVALID', 'MALFORMED_REQUEST', 'CACHE_UNAVAILABLE')
  async invalidatePattern(
    @CurrentUser() user: Principal,
    @RestOfPath() pasted: string,
    @Query() { dry_run: dryRun }: InvalidatePatternQueryDto,
  ): Promise<InvalidatedPatternDto> {
    const pattern = this.cache.stripPrefix(pasted);
    if (dryRun) {
      const { matched, sample } = await this.cache.countMatching(pattern, { sample: SAMPLE_SIZE });
      this.audit.record(user, 'invalidate-pattern (dry run)', { pattern, count: matched });
      return { pattern, matched_keys: matched, sample };
    }
    const count = await this.cache.deletePattern(pattern, because(user));
    this.audit.record(user, 'invalidate-pattern', { pattern, count });
    return { pattern, deleted_keys: count };
  }

  @Post('clear')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'clearCache',
    summary: 'Remove every key under the prefix, and nothing else of the database',
    description: 'Every process reads from the database until its values are cached again.',
  })
  @ApiOkResponse({ type: ClearedCacheDto })
  @ApiProblems('CACHE_UNAVAILABLE')
  async clear(
    @CurrentUser() user: Principal,
    @Query(NoQueryPipe) _none: undefined,
  ): Promise<ClearedCacheDto> {
    const count = await this.cache.clear(because(user));
    this.audit.record(user, 'clear', { count });
    return { cleared: true, message: 'Cache cleared successfully' };
  }

  @Get('keys')
  @ApiOperation({
    operationId: 'listCacheKeys',
    summary: 'List keys in alphabetical order',
    description: 'Those that match `pattern`, with their time to live and size.',
  })
  @ApiOkResponse({ type: CacheKeyPageDto })
  @ApiProblems('CACHE_PATTERN_INVALID', 'CURSOR_INVALID', 'CACHE_UNAVAILABLE')
  async keys(
    @CurrentUser() user: Principal,
    @Query() query: ListKeysQueryDto,
  ): Promise<CacheKeyPageDto> {
    const pattern = this.cache.stripPrefix(query.pattern);
    const page = await this.cache.listKeys({
      pattern,
      limit: query.limit,
      ...(query.cursor === undefined ? {} : { cursor: CURSOR.decode(query.cursor)[0] }),
    });
    this.audit.record(user, 'keys', { pattern, count: page.items.length });
    return {
      items: page.items,
      next_cursor: page.nextCursor === null ? null : CURSOR.encode(page.nextCursor),
    };
  }

  @Get('keys/*')
  @ApiOperation({
    operationId: 'getCacheKey',
    summary: 'Read one key and its value',
    description: 'The value as it is stored, decompressed.',
  })
  @ApiParam({ name: 'key', schema: PATH_TEXT, example: 'stats:user:2:days:30' })
  @ApiOkResponse({ type: CacheKeyDetailDto })
  @ApiProblems('CACHE_KEY_INVALID', 'MALFORMED_REQUEST', 'CACHE_KEY_NOT_FOUND', 'CACHE_UNAVAILABLE')
  async key(
    @CurrentUser() user: Principal,
    @RestOfPath() pasted: string,
    @Query(NoQueryPipe) _none: undefined,
  ): Promise<CacheKeyDetailDto> {
    const key = this.cache.stripPrefix(pasted);
    const found = await this.cache.inspect(key);
    this.audit.record(user, 'inspect', { key, count: found ? 1 : 0 });
    if (!found) throw new Problem('CACHE_KEY_NOT_FOUND', `There is no key ${key}`);
    return found;
  }
}
