import { customType } from 'drizzle-orm/pg-core';

/** The first and the last instant that RFC 3339 has a text for. */
const FIRST = new Date('0001-01-01T00:00:00.000Z');
const LAST = new Date('9999-12-31T23:59:59.999Z');

/** As PostgreSQL writes it in ISO style, in whatever time zone: old ones have offsets with seconds. */
const TEXT =
  /^(\d{4,})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,3})\d*)?([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?( BC)?$/;

/** A `timestamptz(3)` column, read as a `Date` whatever time zone the session has. */
export const instant = customType<{ data: Date; driverData: string }>({
  dataType: () => 'timestamp (3) with time zone',
  toDriver: (value) => value.toISOString(),
  fromDriver: readInstant,
});

/**
 * The `Date` of PostgreSQL's text. What no answer could hold (`infinity`, years before 1 and after
 * 9999: only written past the API) is read as the nearest instant that one can, so that a single
 * row makes no list fail.
 *
 * @throws Error for another style than ISO, which the connections are set to
 */
export function readInstant(text: string): Date {
  if (text === 'infinity') return LAST;
  if (text === '-infinity') return FIRST;
  const match = TEXT.exec(text);
  if (!match) throw new Error('The database does not write instants in ISO style.');
  const [, year, month, day, hours, minutes, seconds, fraction = '', sign, ...offset] = match;
  if (offset[3] !== undefined) return FIRST;
  const at = new Date(0);
  at.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  at.setUTCHours(Number(hours), Number(minutes), Number(seconds), Number(fraction.padEnd(3, '0')));
  const [h = '0', m = '0', s = '0'] = offset;
  const ahead = (Number(h) * 3_600 + Number(m) * 60 + Number(s)) * 1_000;
  const time = sign === '-' ? at.getTime() + ahead : at.getTime() - ahead;
  // Years beyond what a Date holds are no number here.
  if (Number.isNaN(time) || time > LAST.getTime()) return LAST;
  return time < FIRST.getTime() ? FIRST : new Date(time);
}
