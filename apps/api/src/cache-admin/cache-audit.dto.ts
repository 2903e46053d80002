import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString } from 'class-validator';
import { ApiCount, ApiInstant, ApiInteger, ApiNextCursor } from '../openapi/api-fields.js';
import { IntegerText } from '../validation/query-text.decorators.js';
import { CACHE_ACTIONS, type CacheAction } from './audited.decorator.js';

const MAX_ID = 2_147_483_647;
const UNKNOWN = { nullable: true, description: 'null where its end was not written' };

export class CacheAuditQueryDto {
  @ApiPropertyOptional({ description: 'The `next_cursor` of the page before' })
  @IsOptional()
  @IsString({ message: 'must be given once' })
  after?: string;

  @ApiPropertyOptional({ example: 1 })
  @IsOptional()
  @IntegerText(1, MAX_ID)
  usuario_id?: number;

  @ApiPropertyOptional({ enum: CACHE_ACTIONS })
  @IsOptional()
  @IsIn(CACHE_ACTIONS, { message: `must be one of ${CACHE_ACTIONS.join(', ')}` })
  action?: CacheAction;

  @ApiPropertyOptional({ default: 20, example: 20 })
  @IntegerText(1, 100)
  limit: number = 20;
}

export class CacheAuditEntryDto {
  @ApiCount(12) id!: number;
  @ApiInstant() at!: string;
  @ApiInteger(1, { nullable: true }) usuario_id!: number | null;
  @ApiProperty({ type: String, nullable: true, example: 'admin@gad.local' })
  usuario_email!: string | null;
  @ApiProperty({ enum: CACHE_ACTIONS }) action!: string;
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'stats:user:2:*',
    description: 'A key or pattern, as it was sent where it was refused',
  })
  target!: string | null;
  @ApiProperty({ example: false }) dry_run!: boolean;
  @ApiCount(3, { nullable: true, description: 'Keys removed, counted or shown' })
  keys!: number | null;
  @ApiProperty({ enum: ['ok', 'refused', 'failed'], ...UNKNOWN }) outcome!: string | null;
  @ApiInteger(200, UNKNOWN) status!: number | null;
  @ApiInteger(12, UNKNOWN) ms!: number | null;
  @ApiProperty({ type: String, nullable: true, example: 'b2c1f0de' }) request_id!: string | null;
}

export class CacheAuditPageDto {
  @ApiProperty({ type: [CacheAuditEntryDto], description: 'The newest first' })
  items!: CacheAuditEntryDto[];
  @ApiNextCursor() next_cursor!: string | null;
}
