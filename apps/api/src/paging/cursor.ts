import { createHash } from 'node:crypto';
import { Problem } from '../problems/problem.js';

/** How one column of a position is written, and which values it can have at all. */
export interface CursorColumn<T> {
  write(value: T): string;
  /** `undefined` for what the column cannot hold. */
  read(text: string): T | undefined;
}

function integer(max: number): CursorColumn<number> {
  return {
    write: String,
    read: (text) =>
      /^(0|-?[1-9]\d{0,15})$/.test(text) && Math.abs(Number(text)) <= max
        ? Number(text)
        : undefined,
  };
}

export const INT4 = integer(2_147_483_647);
/** As far as JavaScript counts exactly; ids do not come near. */
export const INT8 = integer(Number.MAX_SAFE_INTEGER);

/** Up to 9999-12-31T23:59:59.999Z; from the year 1 on, as rows may be older than what is accepted now. */
const LAST_INSTANT = integer(253_402_300_799_999);
const FIRST_INSTANT_MS = Date.parse('0001-01-01T00:00:00Z');
export const INSTANT: CursorColumn<Date> = {
  write: (value) => LAST_INSTANT.write(value.getTime()),
  read: (text) => {
    const ms = LAST_INSTANT.read(text);
    return ms === undefined || ms < FIRST_INSTANT_MS ? undefined : new Date(ms);
  },
};

/** A cache key: it has no control characters, so no line break either. */
export const KEY: CursorColumn<string> = {
  write: String,
  read: (text) =>
    text !== '' && Buffer.byteLength(text) <= 512 && !/\p{Cc}/u.test(text) ? text : undefined,
};

type Columns<T extends readonly unknown[]> = { readonly [I in keyof T]: CursorColumn<T[I]> };

const DIGEST_BYTES = 6;

/**
 * The cursors of one list: opaque to callers, who only hand them back. A position is the values by
 * which the list is sorted. Another list's cursor, a damaged one and another spelling of one are
 * refused: the text carries the list's name and a digest, which is no secret, because a position
 * that is made up shows nothing that the list does not.
 */
export class ListCursor<T extends readonly unknown[]> {
  private readonly columns: readonly CursorColumn<unknown>[];

  /** @param list its name and order: `tareas:-created_at` */
  constructor(
    private readonly list: string,
    ...columns: Columns<T>
  ) {
    this.columns = columns; // each is used with its own value only
  }

  encode(...position: T): string {
    const values = this.columns.map((column, n) => column.write(position[n]));
    const content = Buffer.from([this.list, ...values].join('\n'));
    return Buffer.concat([digest(content), content]).toString('base64url');
  }

  /** @throws Problem CURSOR_INVALID for anything that `encode` did not make for this list. */
  decode(cursor: string): T {
    const bytes = Buffer.from(cursor, 'base64url');
    const content = bytes.subarray(DIGEST_BYTES);
    const [list, ...texts] = content.toString('utf8').split('\n');
    const position = this.columns.map((column, n) => column.read(texts[n] ?? ''));
    const whole =
      bytes.toString('base64url') === cursor &&
      digest(content).equals(bytes.subarray(0, DIGEST_BYTES)) &&
      list === this.list &&
      texts.length === position.length &&
      !position.includes(undefined);
    if (whole) return position as unknown as T; // each column has read its own value
    throw new Problem('CURSOR_INVALID', 'cursor must be the next_cursor of an earlier page');
  }
}

function digest(content: Buffer): Buffer {
  return createHash('sha256').update(content).digest().subarray(0, DIGEST_BYTES);
}

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

/** Makes the page out of `limit + 1` rows: the extra row only shows that there is more. */
export function toPage<Row, T>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => T,
  cursorAt: (last: Row) => string,
): Page<T> {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  return {
    items: kept.map(toItem),
    next_cursor: rows.length > limit && last !== undefined ? cursorAt(last) : null,
  };
}
