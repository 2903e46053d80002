/** Each usuario has statistics for these periods, each of which is a row and a key here. */
export const PERIODS = [7, 30, 90, 180, 365] as const;

/** The cache key of a row; rows are numbered from 0, a usuario's next to each other. */
export function keyOf(row: number): string {
  const period = PERIODS[row % PERIODS.length] ?? 0;
  return `stats:user:${userOf(row)}:days:${period}`;
}

function userOf(row: number): number {
  return Math.floor(row / PERIODS.length);
}

export function rowsOf(user: number): number[] {
  return PERIODS.map((_, period) => user * PERIODS.length + period);
}

/** The glob that matches the keys of a usuario and no others. */
export function patternOf(user: number): string {
  return `stats:user:${user}:*`;
}

/** What the cache holds for a row: which state of it was read, among text that makes it a body. */
export interface State {
  readonly row: number;
  readonly version: number;
  readonly body: string;
}

const BODY = 'x'.repeat(300);

export function stateOf(row: number, version: number): State {
  return { row, version, body: BODY };
}

/** Whether a cache handed out a state of the right row; anything else is a wrong value. */
export function isStateOf(value: unknown, row: number): value is State {
  return (
    typeof value === 'object' &&
    value !== null &&
    'row' in value &&
    value.row === row &&
    'version' in value &&
    typeof value.version === 'number' &&
    'body' in value &&
    value.body === BODY
  );
}
