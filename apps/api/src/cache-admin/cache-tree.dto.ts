import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { ApiCount, ApiNextCursor } from '../openapi/api-fields.js';
import { IntegerText } from '../validation/query-text.decorators.js';

const ONCE = { message: 'must be given once' };

export class TreeQueryDto {
  @ApiPropertyOptional({
    maxLength: 512,
    example: 'stats:',
    default: '',
    description: 'What the keys begin with',
  })
  @IsOptional()
  @IsString(ONCE)
  @MaxLength(512, { message: 'must be at most 512 characters long' })
  prefix: string = '';

  @ApiPropertyOptional({ description: 'The `next_cursor` of the page before' })
  @IsOptional()
  @IsString(ONCE)
  after?: string;

  @ApiPropertyOptional({ default: 50, example: 50 })
  @IntegerText(1, 100)
  limit: number = 50;
}

export class TreeItemDto {
  @ApiProperty({ example: 'user', description: 'Up to the next colon; may be empty' })
  name!: string;
  @ApiProperty({ example: 'stats:user:', description: 'The prefix to go on with' }) prefix!: string;
  @ApiCount(25, { description: 'Keys that are this name or go on after it' }) keys!: number;
  @ApiProperty({ example: false, description: 'Whether a key ends here' }) is_key!: boolean;
  @ApiProperty({
    example: true,
    description: 'Whether keys without a value may be counted: being loaded, or expired lately',
  })
  estimate!: boolean;
}

export class CacheTreeDto {
  @ApiProperty({ example: 'stats:' }) prefix!: string;
  @ApiProperty({ type: [TreeItemDto], description: 'In byte order' }) items!: TreeItemDto[];
  @ApiNextCursor() next_cursor!: string | null;
  @ApiProperty({
    example: false,
    description: 'Whether keys are missing because a part of the store is unavailable',
  })
  partial!: boolean;
}
