import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Roles } from '../auth/roles.decorator.js';
import { INT8, ListCursor, toPage } from '../paging/cursor.js';
import { ApiProblems } from '../problems/api-problems.decorator.js';
import { CacheAuditEntryDto, CacheAuditPageDto, CacheAuditQueryDto } from './cache-audit.dto.js';
import { CacheAuditRepository, type CacheAuditRow } from './cache-audit.repository.js';

const CURSOR = new ListCursor<[number]>('cache-audit', INT8);

/** Who did what to the cache. */
@ApiTags('cache')
@ApiBearerAuth()
@ApiProblems('UNAUTHENTICATED', 'FORBIDDEN', 'VALIDATION_FAILED')
@Roles('admin')
@Controller('cache')
export class CacheAuditController {
  constructor(private readonly entries: CacheAuditRepository) {}

  @Get('audit')
  @ApiOperation({
    operationId: 'listCacheAudit',
    summary: 'What administrators did to the cache, and which values they looked at',
    description: 'Refused attempts included. Kept for `AUDIT_RETENTION_DAYS`.',
  })
  @ApiOkResponse({ type: CacheAuditPageDto })
  @ApiProblems('CURSOR_INVALID')
  async audit(@Query() query: CacheAuditQueryDto): Promise<CacheAuditPageDto> {
    const { after, usuario_id: usuarioId, action, limit } = query;
    const before = after === undefined ? undefined : CURSOR.decode(after)[0];
    const rows = await this.entries.list({ before, usuarioId, action }, limit + 1);
    return toPage(rows, limit, entryDto, ({ id }) => CURSOR.encode(id));
  }
}

function entryDto(row: CacheAuditRow): CacheAuditEntryDto {
  return {
    id: row.id,
    at: row.at.toISOString(),
    usuario_id: row.usuarioId,
    usuario_email: row.email,
    action: row.action,
    target: row.target,
    dry_run: row.dryRun,
    keys: row.keys,
    outcome: row.outcome,
    status: row.status,
    ms: row.ms,
    request_id: row.requestId,
  };
}
