import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString } from 'class-validator';
import { IntegerText } from '../validation/query-text.decorators.js';

const MAX_PAGE = 100;

/** What every list takes. */
export class PageQueryDto {
  @ApiPropertyOptional({ default: 20, example: 20 })
  @IntegerText(1, MAX_PAGE)
  limit: number = 20;

  @ApiPropertyOptional({ description: 'The `next_cursor` of the page before' })
  @IsOptional()
  @IsString({ message: 'must be given once' })
  cursor?: string;
}
