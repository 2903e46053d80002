import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { PROBLEM_CODES, type ProblemCode } from './problem-catalog.js';

export class FieldErrorDto {
  @ApiProperty({ example: 'days', description: 'The query parameter, or the path into the body' })
  field!: string;

  @ApiProperty({ example: 'must be a whole number from 1 to 365' })
  message!: string;
}

/** The body of every error: RFC 9457, media type `application/problem+json`. */
export class ProblemDto {
  @ApiProperty({ format: 'uri', example: 'urn:gad:problem:tarea-not-found' })
  type!: string;

  @ApiProperty({ example: 'The tarea does not exist' })
  title!: string;

  @ApiProperty({ type: 'integer', format: 'int32', minimum: 400, maximum: 599, example: 404 })
  status!: number;

  @ApiProperty({ example: 'There is no tarea 4711' })
  detail!: string;

  @ApiProperty({
    enum: PROBLEM_CODES,
    example: 'TAREA_NOT_FOUND',
    description: 'Stable: branch on this',
  })
  code!: ProblemCode;

  @ApiProperty({ example: '0b3f7a52-3c63-4a38-9d43-1f8e4c9d2b11' })
  request_id!: string;

  @ApiPropertyOptional({
    type: [FieldErrorDto],
    maxItems: 20,
    description: 'Per-field reasons, for 400',
  })
  errors?: FieldErrorDto[];
}
