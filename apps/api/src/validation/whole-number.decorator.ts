import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsInt, Max, Min } from 'class-validator';

/** A whole number of a body, from `min` to `max`, and its schema. */
export function WholeNumber(min: number, max: number, message: string): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: 'integer', format: 'int32', minimum: min, maximum: max }),
    IsInt({ message }),
    Min(min, { message }),
    Max(max, { message }),
  );
}
