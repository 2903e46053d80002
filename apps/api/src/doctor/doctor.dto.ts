import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { DOCTOR_LANGUAGES, type DoctorLanguage } from '@gad/cache/store';
import { IsIn, IsOptional } from 'class-validator';
import { ApiCount, ApiInstant } from '../openapi/api-fields.js';

export class DoctorQueryDto {
  @ApiPropertyOptional({ enum: DOCTOR_LANGUAGES, description: 'Default: as in Accept-Language' })
  @IsOptional()
  @IsIn(DOCTOR_LANGUAGES, { message: 'must be es or en' })
  lang?: DoctorLanguage;
}

/** How many findings there are. */
export class FindingCountsDto {
  @ApiCount(0, { description: 'The cache does not do its work' }) fail!: number;
  @ApiCount(1, { description: 'It does it badly, or soon not' }) warn!: number;
  @ApiCount(2, { description: 'Worth knowing' }) info!: number;
}

export class DoctorSummaryDto extends FindingCountsDto {
  @ApiCount(30) pass!: number;
  @ApiCount(4, { description: 'The check can say nothing here' }) n_a!: number;
}

export class FindingDto {
  @ApiProperty({ example: 'memory-limit', description: 'Stays the same over versions' })
  id!: string;
  @ApiProperty({ enum: ['fail', 'warn', 'info', 'pass', 'n/a'], example: 'warn' })
  severity!: string;
  @ApiProperty({ example: 'The memory of the server has a limit', description: 'What should be' })
  title!: string;
  @ApiProperty({ example: 'maxmemory is 0, which means none; 2.5 MB are used.' }) seen!: string;
  @ApiProperty({ example: 'The server grows until the machine has no memory left and kills it.' })
  why!: string;
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'redis-cli -h localhost -p 6381 CONFIG SET maxmemory 256mb',
    description: 'A command line or a setting, to be copied as it is; null where none mends it',
  })
  fix!: string | null;
  @ApiProperty({
    type: 'integer',
    format: 'int32',
    nullable: true,
    minimum: 1,
    maximum: 4,
    example: 3,
    description: 'The chapter of the guide’s troubleshooting for its symptom',
  })
  problema!: number | null;
  @ApiProperty({ example: 'docs/doctor.md#memory-limit', description: 'Page about it' })
  docs!: string;
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'number', format: 'double' },
    example: { used_mb: 2.5, wanted_mb: 256 },
    description: 'By names that carry their units',
  })
  figures!: Readonly<Record<string, number>>;
}

export class DoctorDto {
  @ApiInstant() at!: string;
  @ApiProperty({ enum: DOCTOR_LANGUAGES, example: 'en' }) lang!: string;
  @ApiProperty({ type: DoctorSummaryDto }) summary!: DoctorSummaryDto;
  @ApiProperty({ type: [FindingDto] }) findings!: FindingDto[];
}

/** What the server of the cache says of itself. */
export class CacheServerDto {
  @ApiCount(2_621_440, { nullable: true }) memory_bytes!: number | null;
  @ApiCount(268_435_456, { nullable: true, description: 'null without a limit' })
  memory_limit_bytes!: number | null;
  @ApiCount(0, { nullable: true, description: 'Since the server started' }) evictions!:
    number | null;
  @ApiCount(45, {
    nullable: true,
    description: 'Of the whole database, with bookkeeping and what other programs keep',
  })
  keys!: number | null;
}
