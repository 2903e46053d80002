import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { ApiCount, ApiDecimal, ApiInstant, ApiNextCursor } from '../openapi/api-fields.js';
import { IntegerText } from '../validation/query-text.decorators.js';

const ID = { message: 'must be the id of an entry' };
const KINDS = [
  ...['removal', 'refused_fill', 'unreadable', 'oversized', 'load_failure', 'takeover'],
  ...['store', 'proof', 'relay', 'flush', 'doctor', 'warming'],
];
const CAUSES = ['event', 'admin', 'code', 'relay', 'clear'];

export class JournalQueryDto {
  @ApiPropertyOptional({ description: 'The `next_cursor` of the page before' })
  @IsOptional()
  @IsString(ID)
  @Matches(/^\d{1,15}-\d{1,15}$/, ID)
  after?: string;

  @ApiPropertyOptional({ enum: KINDS })
  @IsOptional()
  @IsIn(KINDS, { message: `must be one of ${KINDS.join(', ')}` })
  kind?: string;

  @ApiPropertyOptional({ enum: CAUSES })
  @IsOptional()
  @IsIn(CAUSES, { message: `must be one of ${CAUSES.join(', ')}` })
  cause?: string;

  @ApiPropertyOptional({ maxLength: 512, example: 'stats:user:*', description: 'Of the subject' })
  @IsOptional()
  @IsString({ message: 'must be given once' })
  @MaxLength(512, { message: 'must be at most 512 characters long' })
  pattern?: string;

  @ApiPropertyOptional({ default: 20, example: 20 })
  @IntegerText(1, 100)
  limit: number = 20;
}

export class JournalEntryDto {
  @ApiProperty({ example: '1767268800000-0' }) id!: string;
  @ApiInstant() at!: string;
  @ApiProperty({ example: '5f0c5a0e6f3c' }) process!: string;
  @ApiProperty({ enum: KINDS }) kind!: string;
  @ApiProperty({ enum: CAUSES, nullable: true }) cause!: string | null;
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'stats:user:2:*',
    description: 'A key or pattern, or what else the entry is about',
  })
  subject!: string | null;
  @ApiCount(3, { nullable: true, description: 'Keys removed, or loaded by a run of warming' })
  count!: number | null;
  @ApiDecimal(1.4, {
    nullable: true,
    description: 'Milliseconds until the store had confirmed the removal',
  })
  confirmed_ms!: number | null;
  @ApiProperty({ type: String, nullable: true, example: null }) what!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'tarea.updated' }) event!: string | null;
  @ApiProperty({ type: String, nullable: true, example: '7', description: 'Id of the usuario' })
  by!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'b2c1f0de' }) request!: string | null;
}

export class CacheJournalDto {
  @ApiProperty({ type: [JournalEntryDto], description: 'The newest first' })
  items!: JournalEntryDto[];
  @ApiNextCursor() next_cursor!: string | null;
}
