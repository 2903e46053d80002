import { isUnknown } from './known.js';
import { language } from './language.js';

const formats = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat | Intl.PluralRules>();

/** Formatters are dear to make: one for each name and language is kept. */
function made<F extends Intl.NumberFormat | Intl.DateTimeFormat | Intl.PluralRules>(
  name: string,
  make: (locale: string) => F,
): F {
  const key = `${language.value} ${name}`;
  const known = formats.get(key);
  if (known !== undefined) return known as F; // a name is used for one kind
  const format = make(language.value);
  formats.set(key, format);
  return format;
}

const numbers = (name: string, options: Intl.NumberFormatOptions): Intl.NumberFormat =>
  made(name, (locale) => new Intl.NumberFormat(locale, { useGrouping: 'always', ...options }));

/** What stands for a figure that is not known; never 0. */
export const UNKNOWN = '—';

/** A whole number with groups; `—` when unknown. */
export function count(value: number | null | undefined): string {
  return isUnknown(value) ? UNKNOWN : numbers('count', { maximumFractionDigits: 0 }).format(value);
}

/** A number of events a second: two significant digits below ten. */
export function rate(value: number | null | undefined): string {
  if (isUnknown(value)) return UNKNOWN;
  const digits = value > 0 && value < 10 ? 1 : 0;
  return numbers(`rate${String(digits)}`, { maximumFractionDigits: digits }).format(value);
}

/** A share between 0 and 1 as percents, with one decimal. */
export function percent(value: number | null | undefined): string {
  if (isUnknown(value)) return UNKNOWN;
  return numbers('percent', { style: 'percent', maximumFractionDigits: 1 }).format(value);
}

/** Points of a percentage with their sign. */
export function points(value: number): string {
  const format = numbers('points', { maximumFractionDigits: 1, signDisplay: 'exceptZero' });
  return format.format(value * 100);
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Bytes in the largest unit of 1,000 that leaves at least one. */
export function bytes(value: number | null | undefined): string {
  if (isUnknown(value)) return UNKNOWN;
  let [size, unit] = [value, 0];
  while (Math.abs(size) >= 999.5 && unit < UNITS.length - 1) {
    size /= 1000;
    unit++;
  }
  const digits = unit === 0 || size >= 100 ? 0 : 1;
  const text = numbers(`bytes${String(digits)}`, { maximumFractionDigits: digits }).format(size);
  return `${text} ${UNITS[unit] ?? ''}`;
}

/** Milliseconds, as µs below one and as seconds from ten thousand on. */
export function milliseconds(value: number | null | undefined): string {
  if (isUnknown(value)) return UNKNOWN;
  if (value >= 10_000) return duration(value / 1000);
  const [size, unit] = value > 0 && value < 1 ? [value * 1000, 'µs'] : [value, 'ms'];
  const digits = size < 10 ? 1 : 0;
  return `${numbers(`ms${String(digits)}`, { maximumFractionDigits: digits }).format(size)} ${unit}`;
}

const SPANS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** Seconds in their two largest units: `4 min 12 s`. */
export function duration(seconds: number | null | undefined): string {
  if (isUnknown(seconds)) return UNKNOWN;
  if (seconds > 0 && seconds < 1) return milliseconds(seconds * 1000);
  let rest = Math.round(seconds);
  const parts: string[] = [];
  for (const [unit, size] of SPANS) {
    const whole = Math.floor(rest / size);
    rest -= whole * size;
    if (whole > 0) parts.push(`${count(whole)} ${unit}`);
    if (parts.length === 2 || (parts.length === 1 && whole === 0)) break;
  }
  return parts.length === 0 ? '0 s' : parts.join(' ');
}

type Moment = string | number | undefined | null;

const dates = (name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  made(name, (locale) => new Intl.DateTimeFormat(locale, { hourCycle: 'h23', ...options }));

const clockTime = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;

/** A time of day with seconds. */
export function time(moment: Moment): string {
  return isUnknown(moment) ? UNKNOWN : dates('time', clockTime).format(new Date(moment));
}

/** A time of day with tenths of a second. */
export function exactTime(moment: Moment): string {
  if (isUnknown(moment)) return UNKNOWN;
  return dates('exact', { ...clockTime, fractionalSecondDigits: 1 }).format(new Date(moment));
}

/** A time of day without seconds. */
export function shortTime(moment: Moment): string {
  if (isUnknown(moment)) return UNKNOWN;
  return dates('short', { hour: '2-digit', minute: '2-digit' }).format(new Date(moment));
}

/** A date with the time of day. */
export function dateTime(moment: Moment): string {
  if (isUnknown(moment)) return UNKNOWN;
  return dates('date', { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(moment));
}

/** The form of a word for a number: `plural(n, 'clave', 'claves')`. */
function plural(value: number, one: string, other: string): string {
  const rules = made('plural', (locale) => new Intl.PluralRules(locale));
  return rules.select(value) === 'one' ? one : other;
}

/** A number with its word. */
export function counted(value: number, one: string, other: string): string {
  return `${count(value)} ${plural(value, one, other)}`;
}

/** Characters that show nothing or turn the text around: controls, formats and separators of lines. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A key or pattern in which every character can be seen: `⟨202E⟩` for one that turns the text around. */
export function printable(text: string): string {
  return text.replace(
    INVISIBLE,
    (character) =>
      `⟨${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  );
}
