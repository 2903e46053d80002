import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsArray, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { ApiCount, ApiDecimal, ApiInstant, ApiInteger } from '../openapi/api-fields.js';

const REASONS = ['start', 'clear', 'relay_clear', 'demand'];
const NAMES = { message: 'must be a list of names' };
const LIMIT = { message: 'must be a whole number from 1 to 100000' };
const RATE = { message: 'must be a whole number from 1 to 1000' };

export class StartWarmingDto {
  @ApiPropertyOptional({
    type: [String],
    example: ['statistics'],
    description: 'Names of the warmers. Default: all',
  })
  @IsOptional()
  @IsArray(NAMES)
  @IsString({ ...NAMES, each: true })
  @MaxLength(64, { ...NAMES, each: true })
  warmers?: string[];

  @ApiPropertyOptional({
    ...{ type: 'integer', format: 'int32', minimum: 1, maximum: 100_000, example: 1000 },
    description: 'Most entries that are looked at. Default: 1000',
  })
  @IsOptional()
  @IsInt(LIMIT)
  @Min(1, LIMIT)
  @Max(100_000, LIMIT)
  limit?: number;

  @ApiPropertyOptional({
    ...{ type: 'integer', format: 'int32', minimum: 1, maximum: 1_000, example: 50 },
    description: 'Most loads a second. Default: 50',
  })
  @IsOptional()
  @IsInt(RATE)
  @Min(1, RATE)
  @Max(1_000, RATE)
  rate?: number;
}

export class WarmerProgressDto {
  @ApiProperty({ example: 'statistics' }) name!: string;
  @ApiCount(120, { description: 'Loaded' }) done!: number;
  @ApiCount(30, { description: 'Left, because they were there' }) skipped!: number;
  @ApiCount(0) failed!: number;
  @ApiCount(1000, { nullable: true, description: 'All; null while they are not known' }) total!:
    number | null;
}

export class WarmingRunDto {
  @ApiProperty({ example: '5f0c5a0e6f3c' }) id!: string;
  @ApiProperty({ enum: REASONS, example: 'start' }) reason!: string;
  @ApiInstant() started_at!: string;
  @ApiProperty({ example: '9a3b5a0e6f3c', description: 'Id of the process that does it' })
  leader!: string;
  @ApiProperty({ type: [WarmerProgressDto] }) warmers!: WarmerProgressDto[];
  @ApiDecimal(50, { description: 'Loads a second at present' }) rate!: number;
  @ApiInteger(1000) limit!: number;
  @ApiInstant(undefined, { description: 'When it ends, whatever is left' }) deadline!: string;
}

export class WarmingResultDto {
  @ApiProperty({ example: '5f0c5a0e6f3c' }) id!: string;
  @ApiProperty({ enum: REASONS, example: 'start' }) reason!: string;
  @ApiInstant() started_at!: string;
  @ApiInstant() ended_at!: string;
  @ApiProperty({ enum: ['done', 'aborted', 'deadline', 'failed'], example: 'done' })
  outcome!: string;
  @ApiProperty({ type: [WarmerProgressDto] }) warmers!: WarmerProgressDto[];
}

export class WarmerDto {
  @ApiProperty({ example: 'statistics' }) name!: string;
}

export class CacheWarmingDto {
  @ApiProperty({ type: WarmingRunDto, nullable: true, description: 'null while nothing runs' })
  running!: WarmingRunDto | null;
  @ApiProperty({ type: [WarmingResultDto], description: 'The last ten, the newest first' })
  last!: WarmingResultDto[];
  @ApiProperty({ type: [WarmerDto] }) warmers!: WarmerDto[];
}
