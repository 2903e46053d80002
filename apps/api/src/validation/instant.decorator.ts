import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsDate } from 'class-validator';

/** Years 1900 to 2999; a date alone is its start in UTC, a time needs an offset. */
const INSTANT =
  /^(?:19|2\d)\d\d-(\d\d)-(\d\d)(?:T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d))?$/;

/** A point in time as RFC 3339 text (`2026-01-31T08:00:00Z`) or a date (`2026-01-31`), read as a `Date`. */
export function Instant(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? parse(value) : value,
    ),
    IsDate({ message: 'must be a date with time and offset such as 2026-01-31T08:00:00Z' }),
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
