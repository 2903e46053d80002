import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import { CacheService } from '@gad/cache';
import { CurrentUser } from '../auth/current-user.decorator.js';
import type { Principal } from '../auth/principal.js';
import { Roles } from '../auth/roles.decorator.js';
import { KEY, ListCursor } from '../paging/cursor.js';
import { requestContext } from '../logging/request-context.js';
import { ApiProblems } from '../problems/api-problems.decorator.js';
import { Problem } from '../problems/problem.js';
import { AppConfig } from '../config/app-config.js';
import { Audit, Audited } from './audited.decorator.js';
import { CacheAudit, type CacheAuditEntry } from './cache-audit.js';
import {
  CacheKeyDetailDto,
  CacheKeyPageDto,
  CacheStatsDto,
  ClearCacheDto,
  ClearedCacheDto,
  InvalidatedKeyDto,
  InvalidatedPatternDto,
  InvalidatePatternQueryDto,
  ListKeysQueryDto,
} from './cache-admin.dto.js';
import { NoQueryPipe } from '../validation/no-query.pipe.js';
import { PATH_TEXT, RestOfPath } from './rest-of-path.decorator.js';

const SAMPLE_SIZE = 20;
/** Keys that a dry run counts at most. */
const MOST_COUNTED = 10_000;

const CURSOR = new ListCursor<[string]>('cache-keys', KEY);

/** For the journal: who removed it, in which request. */
function because({ id }: Principal) {
  return { kind: 'admin', by: id, request: requestContext.getStore()?.requestId } as const;
}

/**
 * Cache administration: see what is there, remove it. Every call leaves one line in the log, and what
 * removes keys or shows values is audited.
 */
@ApiTags('cache')
@ApiBearerAuth()
@ApiProblems('UNAUTHENTICATED', 'FORBIDDEN', 'VALIDATION_FAILED')
@Roles('admin')
@Controller('cache')
export class CacheController {
  constructor(
    private readonly cache: CacheService,
    private readonly audit: CacheAudit,
    private readonly config: AppConfig,
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
    this.audit.note(user.id, 'stats');
    return stats;
  }

  @Post('invalidate/*')
  @HttpCode(200)
  @Audited('invalidate')
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
    @Audit() audit: CacheAuditEntry,
    @RestOfPath() pasted: string,
    @Query(NoQueryPipe) _none: undefined,
  ): Promise<InvalidatedKeyDto> {
    const key = this.cache.stripPrefix(pasted);
    audit.keys = await this.cache.delete(key, because(user));
    return { key, deleted: audit.keys > 0 };
  }

  @Post('invalidate-pattern/*')
  @HttpCode(200)
  @Audited('invalidate-pattern')
  @ApiOperation({
    operationId: 'invalidateCachePattern',
    summary: 'Remove every key that matches a glob pattern as Redis understands it',
    description:
      '`*`, `?` (as `%3F`) and `[a-z]` are wildcards. With `dry_run=true` nothing is removed, and at most 10,000 keys are counted.',
  })
  @ApiParam({ name: 'pattern', schema: PATH_TEXT, example: 'stats:user:*' })
  @ApiOkResponse({ type: InvalidatedPatternDto })
  @ApiProblems('CACHE_PATTERN_INVALID', 'MALFORMED_REQUEST', 'CACHE_UNAVAILABLE')
  async invalidatePattern(
    @CurrentUser() user: Principal,
    @Audit() audit: CacheAuditEntry,
    @RestOfPath() pasted: string,
    @Query() { dry_run: dryRun }: InvalidatePatternQueryDto,
  ): Promise<InvalidatedPatternDto> {
    const pattern = this.cache.stripPrefix(pasted);
    if (dryRun) {
      const most = { sample: SAMPLE_SIZE, limit: MOST_COUNTED };
      const { matched, atLeast, sample } = await this.cache.countMatching(pattern, most);
      audit.keys = matched;
      return { pattern, matched_keys: matched, at_least: atLeast, sample };
    }
    audit.keys = await this.cache.deletePattern(pattern, because(user));
    return { pattern, deleted_keys: audit.keys };
  }

  @Post('clear')
  @HttpCode(200)
  @Audited('clear')
  @ApiOperation({
    operationId: 'clearCache',
    summary: 'Remove every key under the prefix, and nothing else of the database',
    description:
      'Every process reads from the database until its values are cached again. With `confirm` only if that is the prefix.',
  })
  @ApiBody({ type: ClearCacheDto, required: false })
  @ApiOkResponse({ type: ClearedCacheDto })
  @ApiProblems('CACHE_UNAVAILABLE')
  async clear(
    @CurrentUser() user: Principal,
    @Audit() audit: CacheAuditEntry,
    @Query(NoQueryPipe) _none: undefined,
    @Body() { confirm }: ClearCacheDto,
  ): Promise<ClearedCacheDto> {
    if (confirm !== undefined && confirm !== this.cache.prefix) {
      const message = `must be ${this.cache.prefix}, the prefix of this cache`;
      const errors = [{ field: 'confirm', message }];
      throw new Problem('VALIDATION_FAILED', `confirm ${message}`, { errors });
    }
    audit.keys = await this.cache.clear(because(user));
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
    this.audit.note(user.id, 'keys');
    return {
      items: page.items,
      next_cursor: page.nextCursor === null ? null : CURSOR.encode(page.nextCursor),
      partial: page.partial,
    };
  }

  @Get('keys/*')
  @Audited('inspect')
  @ApiOperation({
    operationId: 'getCacheKey',
    summary: 'Read one key and its value',
    description:
      'The value as it is stored, decompressed. With `CACHE_ADMIN_VALUES=false` it is withheld.',
  })
  @ApiParam({ name: 'key', schema: PATH_TEXT, example: 'stats:user:2:days:30' })
  @ApiOkResponse({ type: CacheKeyDetailDto })
  @ApiProblems('CACHE_KEY_INVALID', 'MALFORMED_REQUEST', 'CACHE_KEY_NOT_FOUND', 'CACHE_UNAVAILABLE')
  async key(
    @Audit() audit: CacheAuditEntry,
    @RestOfPath() pasted: string,
    @Query(NoQueryPipe) _none: undefined,
  ): Promise<CacheKeyDetailDto> {
    const key = this.cache.stripPrefix(pasted);
    const found = await this.cache.inspect(key);
    audit.keys = found ? 1 : 0;
    if (!found) throw new Problem('CACHE_KEY_NOT_FOUND', `There is no key ${key}`);
    const withheld = !this.config.cache.adminValues;
    return { ...found, ...(withheld ? { value: null } : {}), value_withheld: withheld };
  }
}
