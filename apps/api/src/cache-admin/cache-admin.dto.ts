import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { PageQueryDto } from '../paging/page-query.dto.js';
import { BooleanText } from '../validation/query-text.decorators.js';

export class InvalidatePatternQueryDto {
  @ApiPropertyOptional({
    type: Boolean,
    default: false,
    description: 'Only count what would be removed',
  })
  @BooleanText()
  dry_run: boolean = false;
}

export class ListKeysQueryDto extends PageQueryDto {
  @ApiPropertyOptional({ example: 'stats:*', default: '*' })
  @IsOptional()
  @IsString({ message: 'must be given once' })
  @MaxLength(1024)
  pattern: string = '*';
}

export class LocalCopiesDto {
  @ApiProperty({ example: 900, description: 'Reads answered from them' }) hits!: number;
  @ApiProperty({ example: 40 }) entries!: number;
  @ApiProperty({ example: 65536 }) bytes!: number;
  @ApiProperty({ example: 0, description: 'Not kept, because a removal came in between' })
  refused!: number;
  @ApiProperty({ example: 1, description: 'Times that all of them went' }) flushes!: number;
  @ApiProperty({ example: 0, description: 'Messages of removals that were missing' }) gaps!: number;
}

export class LocalCountersDto {
  @ApiProperty({ example: 1234 }) hits!: number;
  @ApiProperty({ example: 456 }) misses!: number;
  @ApiProperty({ example: 456 }) sets!: number;
  @ApiProperty({ example: 12 }) deletes!: number;
  @ApiProperty({ example: 0, description: 'Removals that the store has not confirmed yet' })
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
  @ApiProperty({ example: 3600, description: 'How long it has been so' }) since_seconds!: number;
  @ApiProperty({
    enum: ['leading', 'following', 'away'],
    example: 'leading',
    description: 'Whether this instance applies the log of events, or another does',
  })
  relay!: string;
  @ApiProperty({
    type: Number,
    nullable: true,
    example: 160,
    description: 'What was committed longer ago than this is certainly applied',
  })
  proof_age_ms!: number | null;
  @ApiProperty({
    type: Number,
    nullable: true,
    example: 6,
    description: 'Age of the oldest event of the last batch that this instance applied',
  })
  event_lag_ms!: number | null;
  @ApiProperty({ example: 120, description: 'Events that this instance applied' }) events!: number;
  @ApiProperty({
    example: 0,
    description: 'Times that this instance cleared the cache as it could not tell what is stale',
  })
  clears!: number;
}

export class CacheStatsDto {
  @ApiProperty({ example: true }) connected!: boolean;
  @ApiProperty({ example: 45 }) keys_count!: number;
  @ApiProperty({ example: 1234 }) keyspace_hits!: number;
  @ApiProperty({ example: 456 }) keyspace_misses!: number;
  @ApiProperty({ example: 0.73, description: 'hits / (hits + misses), 0 to 1' }) hit_rate!: number;
  @ApiProperty({ example: 0 }) evicted_keys!: number;
  @ApiProperty({ example: '2.5M' }) used_memory!: string;
  @ApiProperty({ example: 45 }) db_size!: number;
  @ApiProperty({ enum: ['redis', 'memory'], example: 'redis' }) store!: string;
  @ApiProperty({ example: 'gad:' }) prefix!: string;
  @ApiProperty({ example: 3600 }) uptime_seconds!: number;
  @ApiProperty({
    type: [String],
    example: [],
    description: 'Figures that are 0 because the store does not say them, such as without INFO',
  })
  unknown_figures!: readonly string[];
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
  @ApiPropertyOptional({ example: 25 }) deleted_keys?: number;
  @ApiPropertyOptional({ example: 25, description: 'With dry_run=true' }) matched_keys?: number;
  @ApiPropertyOptional({
    type: [String],
    example: ['stats:user:2:days:30'],
    description: 'With dry_run=true',
  })
  sample?: string[];
}

export class ClearedCacheDto {
  @ApiProperty({ example: true }) cleared!: boolean;
  @ApiProperty({ example: 'Cache cleared successfully' }) message!: string;
}

export class CacheKeyDto {
  @ApiProperty({ example: 'stats:user:2:days:30' }) key!: string;
  @ApiProperty({
    type: Number,
    nullable: true,
    example: 287,
    description: 'Seconds; null = until it is removed',
  })
  ttl!: number | null;
  @ApiProperty({ example: 312 }) bytes!: number;
}

export class CacheKeyPageDto {
  @ApiProperty({ type: [CacheKeyDto] }) items!: CacheKeyDto[];
  @ApiProperty({ type: String, nullable: true, example: null }) next_cursor!: string | null;
}

export class CacheKeyDetailDto extends CacheKeyDto {
  @ApiProperty({ example: true }) exists!: boolean;
  @ApiProperty({ example: false }) compressed!: boolean;
  @ApiProperty({ type: Object, example: { total_tareas: 45 } }) value!: unknown;
}
