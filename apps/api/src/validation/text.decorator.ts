import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsString, Length, Matches } from 'class-validator';

/** PostgreSQL cannot store U+0000, and no other control character but tab and line breaks is text. */
// eslint-disable-next-line no-control-regex -- naming the control characters is the point
const PRINTABLE = /^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$/;

/** A text of `min` to `max` characters after trimming, without control characters; and its schema. */
export function Text(min: number, max: number): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: 'string', minLength: min, maxLength: max }),
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? value.trim() : value,
    ),
    IsString({ message: 'must be text' }),
    Length(min, max, { message: `must be ${String(min)} to ${String(max)} characters long` }),
    Matches(PRINTABLE, { message: 'must not contain control characters' }),
  );
}

/** What a list is searched for: a short text on one line, taken as it stands, case and accents aside. */
export function SearchText(): PropertyDecorator {
  return applyDecorators(
    Text(1, 100),
    Matches(/^[^\p{Zl}\p{Zp}\t\r\n\u0085]*$/u, { message: 'must be a single line' }),
    // Accents alone are nothing once accents do not count.
    Matches(/[^\p{M}\p{C}\p{Z}]/u, { message: 'must contain something visible' }),
  );
}
