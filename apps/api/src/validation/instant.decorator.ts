import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsDate, MaxDate, MinDate } from 'class-validator';

/** What is accepted; the rows of the database may hold others. */
const FIRST = Date.UTC(1970, 0, 1);
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** A date alone is its start in UTC, a time needs an offset. */
const INSTANT =
  /^\d{4}-(\d\d)-(\d\d)(?:T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d))?$/;

/**
 * A point in time as RFC 3339 text (`2026-01-31T08:00:00Z`) or a date (`2026-01-31`), read as a `Date`;
 * from 1970-01-01T00:00:00Z to 9999-12-31T23:59:59.999Z.
 */
export function Instant(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: 'string', format: 'date-time' }),
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? parse(value) : value,
    ),
    IsDate({ message: 'must be a date with time and offset such as 2026-01-31T08:00:00Z' }),
    MinDate(new Date(FIRST), { message: 'must not be before 1970-01-01T00:00:00Z' }),
    MaxDate(new Date(LAST), { message: 'must not be after 9999-12-31T23:59:59.999Z' }),
  );
}

function parse(text: string): Date | string {
  const match = INSTANT.exec(text);
  if (!match) return text;
  // Date() would roll 31 February over into March: compare the day that comes back.
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  const real = day.getUTCMonth() + 1 === Number(match[1]) && day.getUTCDate() === Number(match[2]);
  return real ? new Date(text) : text;
}
