import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsInt, Max, Min } from 'class-validator';

/**
 * A query parameter that is a whole number: plain decimal digits from `min` to `max`. Anything
 * else (empty, `1e3`, `0x1`, repeated) is refused.
 */
export function IntegerText(min: number, max: number): PropertyDecorator {
  const message = `must be a whole number from ${String(min)} to ${String(max)}`;
  return applyDecorators(
    ApiProperty({ type: 'integer', format: 'int32', minimum: min, maximum: max }),
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value,
    ),
    IsInt({ message }),
    Min(min, { message }),
    Max(max, { message }),
  );
}

/** A query parameter that is `true` or `false`, spelled so. */
export function BooleanText(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: 'boolean' }),
    Transform(({ value }: { value: unknown }) =>
      value === 'true' ? true : value === 'false' ? false : value,
    ),
    IsBoolean({ message: 'must be true or false' }),
  );
}
