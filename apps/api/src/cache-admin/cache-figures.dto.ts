import { ApiProperty, ApiPropertyOptional, PickType } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { ApiCount, ApiDecimal, ApiInstant, ApiInteger } from '../openapi/api-fields.js';
import { CacheServerDto, FindingCountsDto } from '../doctor/doctor.dto.js';
import { Instant } from '../validation/instant.decorator.js';
import { IntegerText } from '../validation/query-text.decorators.js';

const UNKNOWN = { nullable: true } as const;

export class ReadsDto {
  @ApiCount(1200, { description: 'Answered from the store' }) hit!: number;
  @ApiCount(300, { description: 'Answered from a copy in the memory of a process' })
  local_hit!: number;
  @ApiCount(2, { description: 'Answered with a value past its ttl' }) stale_hit!: number;
  @ApiCount(400, { description: 'Loaded' }) miss!: number;
  @ApiCount(0, { description: 'The store was not asked or not believed' }) bypass!: number;
}

export class MissCausesDto {
  @ApiCount(40, { description: 'Never stored before' }) first!: number;
  @ApiCount(250, { description: 'Asked for after the ttl' }) expired!: number;
  @ApiCount(100, { description: 'Removed because it was stale' }) invalidated!: number;
  @ApiCount(10, { description: 'Dropped by the store, which needed room or was emptied' })
  evicted!: number;
  @ApiCount(0, { description: 'Stored in a form that cannot be read' }) unreadable!: number;
  @ApiCount(0, { description: 'Removed or dropped: not all removals since are known' })
  unknown!: number;
}

export class RemovedKeysDto {
  @ApiCount(90, { description: 'By a write' }) event!: number;
  @ApiCount(1, { description: 'By an administrator' }) admin!: number;
  @ApiCount(0, { description: 'By the application otherwise' }) code!: number;
  @ApiCount(3, { description: 'By the relay, after a writer that had not' }) relay!: number;
  @ApiCount(0, { description: 'By the application, of all keys' }) clear!: number;
}

export class FiguresDto {
  @ApiProperty({ type: ReadsDto, description: 'A read counts in one of them' }) reads!: ReadsDto;
  @ApiDecimal(0.79, { ...UNKNOWN, maximum: 1, description: 'Hits of all reads; null without any' })
  hit_ratio!: number | null;
  @ApiProperty({ type: MissCausesDto, description: 'Estimates from a sample of the keys' })
  miss_causes!: MissCausesDto;
  @ApiCount(400) loads!: number;
  @ApiCount(0) failed_loads!: number;
  @ApiCount(12, { description: 'Reads that shared the load of another' }) joined_loads!: number;
  @ApiDecimal(12.5, UNKNOWN) load_ms_mean!: number | null;
  @ApiDecimal(18.8, { ...UNKNOWN, description: 'Hits times the mean time of a load' })
  saved_seconds!: number | null;
  @ApiCount(400, { description: 'Values stored' }) puts!: number;
  @ApiCount(3, { description: 'Values that were loaded and not stored' }) refused_puts!: number;
  @ApiProperty({ type: RemovedKeysDto }) removed_keys!: RemovedKeysDto;
  @ApiCount(124800, { description: 'Bytes at rest of all values stored' }) stored_bytes!: number;
  @ApiCount(0) compression_saved_bytes!: number;
}

/** What history keeps: the other figures are known in total only. */
export class WindowDto extends PickType(FiguresDto, [
  ...(['reads', 'hit_ratio', 'loads', 'failed_loads', 'load_ms_mean', 'saved_seconds'] as const),
  ...(['removed_keys', 'stored_bytes'] as const),
]) {
  @ApiInteger(60, { description: 'How far it reaches back' }) seconds!: number;
}

export class OverviewQueryDto {
  @ApiPropertyOptional({ description: 'Adds the figures from then on, of at most eight days' })
  @IsOptional()
  @Instant()
  since?: Date;
}

/** Since the processes started, within 12.5 %. */
export class QuantilesDto {
  @ApiDecimal(0.4, UNKNOWN) p50!: number | null;
  @ApiDecimal(2.1, UNKNOWN) p99!: number | null;
}

export class CacheOverviewDto {
  @ApiProperty({
    enum: ['redis', 'memory', 'unavailable'],
    description:
      '`unavailable`: the figures are of the answering process alone, and no window is known',
  })
  store!: string;
  @ApiInstant() at!: string;
  @ApiInteger(2, { description: 'Processes that reported within 15 seconds' }) processes!: number;
  @ApiProperty({
    type: Boolean,
    nullable: true,
    example: true,
    description: 'Whether all of them are proved to be fresh; null without a log of events',
  })
  fresh!: boolean | null;
  @ApiInstant(undefined, {
    ...UNKNOWN,
    description:
      'Everything committed before is applied in all of them, by their clocks; null without proof',
  })
  proof_at!: string | null;
  @ApiProperty({ type: String, nullable: true, example: '5f0c5a0e6f3c', description: 'Who leads' })
  relay!: string | null;
  @ApiCount(0) pending_removals!: number;
  @ApiProperty({ type: QuantilesDto, description: 'Of loads by the live processes' })
  load_ms!: QuantilesDto;
  @ApiProperty({ type: QuantilesDto, description: 'Of calls of the store by the live processes' })
  store_ms!: QuantilesDto;
  @ApiProperty({
    type: FindingCountsDto,
    nullable: true,
    description: 'Of the doctor’s last look, which is at most a minute old; null before the first',
  })
  findings!: FindingCountsDto | null;
  @ApiProperty({
    type: CacheServerDto,
    nullable: true,
    description: 'At most five seconds old; null without a server that says it',
  })
  server!: CacheServerDto | null;
  @ApiProperty({ type: FiguresDto, description: 'Of all processes, also of those that ended' })
  totals!: FiguresDto;
  @ApiProperty({ type: [WindowDto], description: 'The last 1, 5 and 60 minutes, then `since`' })
  windows!: WindowDto[];
}

export class HistoryQueryDto {
  @ApiPropertyOptional({ enum: ['10s', '5m'], default: '10s' })
  @IsIn(['10s', '5m'], { message: 'must be 10s or 5m' })
  step: '10s' | '5m' = '10s';

  @ApiPropertyOptional({ description: 'Default: an hour before `to`, or a day with `step=5m`' })
  @IsOptional()
  @Instant()
  from?: Date;

  @ApiPropertyOptional({ description: 'Default: now' })
  @IsOptional()
  @Instant()
  to?: Date;

  @ApiPropertyOptional({ maxLength: 64, example: 'stats:user', description: 'Default: all' })
  @IsOptional()
  @IsString({ message: 'must be given once' })
  @MaxLength(64, { message: 'must be at most 64 characters long' })
  namespace?: string;
}

export class HistoryPointDto {
  @ApiInstant() at!: string;
  @ApiProperty({ type: ReadsDto }) reads!: ReadsDto;
  @ApiDecimal(0.79, { ...UNKNOWN, maximum: 1 }) hit_ratio!: number | null;
  @ApiCount(4) loads!: number;
  @ApiDecimal(12.5, UNKNOWN) load_ms_mean!: number | null;
  @ApiProperty({ type: RemovedKeysDto }) removed_keys!: RemovedKeysDto;
}

export class CacheHistoryDto {
  @ApiProperty({ enum: ['10s', '5m'] }) step!: string;
  @ApiProperty({
    type: [HistoryPointDto],
    description: 'The oldest first; slots without a count are left out',
  })
  items!: HistoryPointDto[];
}

export class AdviceDto {
  @ApiProperty({
    enum: ['longer_ttl', 'more_memory', 'fewer_variants', 'narrower_invalidation', 'bypassed'],
  })
  code!: string;
  @ApiDecimal(0.67, {
    maximum: 1,
    description:
      'Of `longer_ttl` the share of the expired that are asked for again within one ttl, else the share of the misses (`bypassed`: of the reads) with this cause',
  })
  share!: number;
  @ApiDecimal(0.07, {
    maximum: 1,
    description: 'By how much the hit ratio would rise at most',
  })
  gain!: number;
}

export class NamespaceDto extends FiguresDto {
  @ApiProperty({ example: 'stats:user' }) namespace!: string;
  @ApiDecimal(9.5, { ...UNKNOWN, description: 'Of the live processes, within 12.5 %' })
  load_ms_p50!: number | null;
  @ApiDecimal(80, UNKNOWN) load_ms_p99!: number | null;
  @ApiProperty({ type: [AdviceDto] }) advice!: AdviceDto[];
}

export class CacheNamespacesDto {
  @ApiProperty({ type: [NamespaceDto], description: 'The most read first' }) items!: NamespaceDto[];
}

export class HotQueryDto {
  @ApiPropertyOptional({ enum: ['reads', 'bytes', 'load_ms'], default: 'reads' })
  @IsIn(['reads', 'bytes', 'load_ms'], { message: 'must be reads, bytes or load_ms' })
  by: 'reads' | 'bytes' | 'load_ms' = 'reads';

  @ApiPropertyOptional({ default: 20, example: 20 })
  @IntegerText(1, 100)
  limit: number = 20;
}

export class HotKeyDto {
  @ApiProperty({ example: 'stats:user:2:days:30' }) key!: string;
  @ApiCount(4800, { description: 'Reads, bytes, or milliseconds of loads, of the live processes' })
  figure!: number;
  @ApiCount(280, { description: 'By how much the truth may differ, either way' }) error!: number;
  @ApiProperty({ example: true, description: 'Whether it holds a value now' }) alive!: boolean;
  @ApiCount(287, { ...UNKNOWN, description: 'Seconds; null without expiry or value' })
  ttl!: number | null;
  @ApiCount(312, UNKNOWN) bytes!: number | null;
}

export class CacheHotKeysDto {
  @ApiProperty({ enum: ['reads', 'bytes', 'load_ms'] }) by!: string;
  @ApiProperty({ type: [HotKeyDto] }) items!: HotKeyDto[];
}

export class ProcessCopiesDto {
  @ApiCount(900) hits!: number;
  @ApiCount(40) entries!: number;
  @ApiCount(65536) bytes!: number;
  @ApiCount(1) flushes!: number;
  @ApiCount(0) gaps!: number;
}

export class CacheProcessDto {
  @ApiProperty({ example: '5f0c5a0e6f3c' }) id!: string;
  @ApiProperty({ example: true, description: 'The process that answers' }) self!: boolean;
  @ApiProperty({ example: 'api-1' }) host!: string;
  @ApiInteger(4711) pid!: number;
  @ApiProperty({ example: '1.0.0', description: 'Of the cache library' }) version!: string;
  @ApiCount(3600) uptime_seconds!: number;
  @ApiProperty({ example: '1f0a77c2', description: 'The same where the options are' })
  options!: string;
  @ApiCount(120_000_000) rss_bytes!: number;
  @ApiCount(4, { description: 'The longest that its event loop held up a report in a minute' })
  loop_late_ms!: number;
  @ApiProperty({ enum: ['closed', 'open', 'half-open'] }) circuit!: string;
  @ApiCount(0) pending_removals!: number;
  @ApiCount(0) loading!: number;
  @ApiProperty({ type: Boolean, nullable: true, example: true }) fresh!: boolean | null;
  @ApiCount(160, UNKNOWN) proof_age_ms!: number | null;
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'leading',
    description: 'As in the statistics',
  })
  relay!: string | null;
  @ApiCount(6, UNKNOWN) event_lag_ms!: number | null;
  @ApiCount(120, UNKNOWN) relay_events!: number | null;
  @ApiCount(0, { description: 'Reports that the store did not take' }) dropped_reports!: number;
  @ApiCount(0, { description: 'Journal entries beyond 50 a second' }) omitted_entries!: number;
  @ApiProperty({ type: ProcessCopiesDto, nullable: true }) copies!: ProcessCopiesDto | null;
  @ApiProperty({ type: FiguresDto, description: 'Of its most read namespaces, since it started' })
  figures!: FiguresDto;
}

export class CacheFleetDto {
  @ApiProperty({
    enum: ['redis', 'memory', 'unavailable'],
    description: '`unavailable`: only the answering process is known',
  })
  store!: string;
  @ApiProperty({ type: [CacheProcessDto] }) items!: CacheProcessDto[];
}
