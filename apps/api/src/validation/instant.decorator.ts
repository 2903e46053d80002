import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsDate } from 'class-validator';

/** RFC 3339, and beside it a date alone (its start in UTC) and a time without seconds. */
const INSTANT =
  /^(\d{4}-\d\d-\d\d)(?:t([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d|60)(?:\.(\d{1,9}))?)?(?:z|([+-])([01]\d|2[0-3]):([0-5]\d)))?$/i;

const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/**
 * A point in time as RFC 3339 text (`2026-01-31T08:00:00Z`) or a date (`2026-01-31`), read as a
 * `Date`: whole milliseconds from 1970-01-01 to 9999-12-31T23:59:59.999Z, what is finer is cut off.
 */
export function Instant(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: 'string', format: 'date-time' }),
    Transform(({ value }: { value: unknown }) => {
      const read = typeof value === 'string' ? readInstant(value) : value;
      return read instanceof Date ? read : value;
    }),
    IsDate({
      message: ({ value }) => {
        const flaw = typeof value === 'string' ? readInstant(value) : undefined;
        return typeof flaw === 'string' ? flaw : FORM;
      },
    }),
  );
}

const FORM = 'must be a date with time and offset such as 2026-01-31T08:00:00Z';

/** The instant, or what is wrong with the text. */
export function readInstant(text: string): Date | string {
  const match = INSTANT.exec(text);
  if (!match) return FORM;
  const [, date = '', hour = '0', minute = '0', second = '0', fraction = '', sign] = match;
  const [offsetHour = '0', offsetMinute = '0'] = match.slice(7);
  const day = new Date(`${date}T00:00:00Z`);
  // Date() would roll 31 February over into March: compare the day that comes back.
  if (Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== date) {
    return 'must be a day that the calendar has';
  }
  if (second === '60') return 'must not be a leap second: name the second before or after it';
  const offsetMinutes = (sign === '-' ? -1 : 1) * (Number(offsetHour) * 60 + Number(offsetMinute));
  const seconds = (Number(hour) * 60 + Number(minute) - offsetMinutes) * 60 + Number(second);
  const ms = day.getTime() + seconds * 1000 + Number(fraction.padEnd(3, '0').slice(0, 3));
  if (ms < 0 || ms > LAST_MS) return 'must be from 1970-01-01 to 9999-12-31T23:59:59.999Z';
  return new Date(ms);
}
