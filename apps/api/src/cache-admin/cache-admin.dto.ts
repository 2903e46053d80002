import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { ApiCount, ApiDecimal, ApiNextCursor } from '../openapi/api-fields.js';
import { PageQueryDto } from '../paging/page-query.dto.js';
import { BooleanText } from '../validation/query-text.decorators.js';

export class InvalidatePatternQueryDto {
  @ApiPropertyOptional({
    default: false,
    description: 'Only count what would be removed',
  })
  @BooleanText()
  dry_run: boolean = false;
}

export class ListKeysQueryDto extends PageQueryDto {
  @ApiPropertyOptional({ example: 'stats:*', default: '*', maxLength: 1024 })
  @IsOptional()
  @IsString({ message: 'must be given once' })
  @MaxLength(1024, { message: 'must be at most 1024 characters long' })
  pattern: string = '*';
}

export class LocalCopiesDto {
  @ApiCount(900, { description: 'Reads answered from them' }) hits!: number;
  @ApiCount(40) entries!: number;
  @ApiCount(65536) bytes!: number;
  @ApiCount(0, { description: 'Not kept, because a removal came in between' }) refused!: number;
  @ApiCount(1, { description: 'Times that all of them went' }) flushes!: number;
  @ApiCount(0, { description: 'Messages of removals that were missing' }) gaps!: number;
}

export class LocalCountersDto {
  @ApiCount(1234) hits!: number;
  @ApiCount(456) misses!: number;
  @ApiCount(456) sets!: number;
  @ApiCount(12) deletes!: number;
  @ApiCount(456, { description: 'Loader runs' }) loads!: number;
  @ApiCount(0, { description: 'Loader runs that threw' }) load_errors!: number;
  @ApiCount(12, { description: 'Callers served by the load of another caller in this process' })
  joins!: number;
  @ApiCount(3, { description: 'Times that a load waited for the load of another process' })
  waits!: number;
  @ApiCount(1, { description: 'Fills refused, because an invalidation came in between' })
  refused_fills!: number;
  @ApiCount(0, { description: 'Values served past their ttl, counted as hits too' })
  stale_hits!: number;
  @ApiCount(0, { description: 'Background refreshes that ended with a value' })
  refreshes!: number;
  @ApiCount(0, { description: 'Background refreshes that failed' }) refresh_errors!: number;
  @ApiCount(0, { description: 'Stored values that could not be read' }) corrupt!: number;
  @ApiCount(0, { description: 'Store calls that failed or ran out of time' }) errors!: number;
  @ApiCount(0, { description: 'Loads under way' }) loading!: number;
  @ApiCount(0, { description: 'Background refreshes under way' }) background!: number;
  @ApiCount(0, { description: 'Removals that the store has not confirmed yet' })
  pending_removals!: number;
  @ApiProperty({ enum: ['closed', 'open', 'half-open'], example: 'closed' }) circuit!: string;
  @ApiProperty({
    type: LocalCopiesDto,
    nullable: true,
    description: 'Copies in the memory of this instance, null where none are kept',
  })
  copies!: LocalCopiesDto | null;
}

export class FreshnessDto {
  @ApiProperty({ enum: ['strict', 'bounded'], example: 'strict' }) consistency!: string;
  @ApiProperty({
    example: true,
    description: 'Whether it is proved that the store lacks no invalidation',
  })
  fresh!: boolean;
  @ApiCount(3600, { description: 'How long it has been so' }) since_seconds!: number;
  @ApiProperty({
    enum: ['leading', 'following', 'away'],
    example: 'leading',
    description: 'Whether this instance applies the log of events, or another does',
  })
  relay!: string;
  @ApiCount(160, {
    nullable: true,
    description: 'What was committed longer ago than this is certainly applied',
  })
  proof_age_ms!: number | null;
  @ApiCount(6, {
    nullable: true,
    description: 'Age of the oldest event of the last batch that this instance applied',
  })
  event_lag_ms!: number | null;
  @ApiCount(120, { description: 'Events that this instance applied' }) events!: number;
  @ApiCount(0, {
    description: 'Times that this instance cleared the cache because it did not know what is stale',
  })
  clears!: number;
}

export class CacheStatsDto {
  @ApiProperty({ example: true }) connected!: boolean;
  @ApiCount(45) keys_count!: number;
  @ApiCount(1234) keyspace_hits!: number;
  @ApiCount(456) keyspace_misses!: number;
  @ApiDecimal(0.73, { description: 'hits / (hits + misses), 0 to 1', maximum: 1 })
  hit_rate!: number;
  @ApiCount(0) evicted_keys!: number;
  @ApiProperty({ example: '2.5M' }) used_memory!: string;
  @ApiCount(45) db_size!: number;
  @ApiProperty({ enum: ['redis', 'memory'], example: 'redis' }) store!: string;
  @ApiProperty({ example: 'gad:' }) prefix!: string;
  @ApiCount(3600) uptime_seconds!: number;
  @ApiProperty({
    type: [String],
    example: [],
    description: 'Figures that are 0 because the store does not say them, such as without INFO',
  })
  unknown_figures!: readonly string[];
  @ApiProperty({
    example: false,
    description: 'Whether the figures are too low because a part of the store is unavailable',
  })
  partial!: boolean;
  @ApiProperty({
    type: FreshnessDto,
    nullable: true,
    description: 'null when neither the database nor the store is shared with others',
  })
  freshness!: FreshnessDto | null;
  @ApiProperty({ type: LocalCountersDto, description: 'What this instance has counted itself' })
  local!: LocalCountersDto;
}

export class InvalidatedKeyDto {
  @ApiProperty({ example: 'stats:user:2:days:30' }) key!: string;
  @ApiProperty({ example: true }) deleted!: boolean;
}

export class InvalidatedPatternDto {
  @ApiProperty({ example: 'stats:user:*' }) pattern!: string;
  @ApiCount(25, { required: false }) deleted_keys?: number;
  @ApiCount(25, { description: 'With dry_run=true', required: false }) matched_keys?: number;
  @ApiPropertyOptional({
    example: false,
    description:
      'With dry_run=true: whether more may match, because only 10,000 are counted, or a part of the store is unavailable',
  })
  at_least?: boolean;
  @ApiPropertyOptional({
    type: [String],
    example: ['stats:user:2:days:30'],
    description: 'With dry_run=true',
  })
  sample?: string[];
}

export class ClearCacheDto {
  @ApiPropertyOptional({
    example: 'gad:',
    maxLength: 64,
    description: 'The prefix of the cache that is meant; another one is refused',
  })
  @IsOptional()
  @IsString({ message: 'must be text' })
  @MaxLength(64, { message: 'must be at most 64 characters long' })
  confirm?: string;
}

export class ClearedCacheDto {
  @ApiProperty({ example: true }) cleared!: boolean;
  @ApiProperty({ example: 'Cache cleared successfully' }) message!: string;
}

export class CacheKeyDto {
  @ApiProperty({ example: 'stats:user:2:days:30' }) key!: string;
  @ApiCount(287, { nullable: true, description: 'Seconds; null = until it is removed' }) ttl!:
    number | null;
  @ApiCount(312) bytes!: number;
}

export class CacheKeyPageDto {
  @ApiProperty({ type: [CacheKeyDto] }) items!: CacheKeyDto[];
  @ApiNextCursor() next_cursor!: string | null;
  @ApiProperty({
    example: false,
    description: 'Whether keys are missing because a part of the store is unavailable',
  })
  partial!: boolean;
}

export class CacheKeyDetailDto extends CacheKeyDto {
  @ApiProperty({ example: true }) exists!: boolean;
  @ApiProperty({ example: false }) compressed!: boolean;
  @ApiProperty({ nullable: true, example: { total_tareas: 45 }, description: 'Any JSON' })
  value!: unknown;
  @ApiProperty({ example: false, description: 'Whether the value is withheld by configuration' })
  value_withheld!: boolean;
}
