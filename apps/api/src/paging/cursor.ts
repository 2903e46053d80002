import { Problem } from '../problems/problem.js';

/** Cursors are opaque to callers, who only hand them back; each kind of list has its own kind. */
function seal(kind: 'id' | 'key', position: string): string {
  return Buffer.from(`${kind}:${position}`).toString('base64url');
}

function open(kind: 'id' | 'key', cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const position = text.slice(kind.length + 1);
  if (position === '' || seal(kind, position) !== cursor) {
    throw new Problem('CURSOR_INVALID', 'cursor must be the next_cursor of an earlier page');
  }
  return position;
}

/** For lists by id: the id that the page ends at. */
export const encodeCursor = (id: number): string => seal('id', String(id));

/** @throws Problem CURSOR_INVALID for anything that `encodeCursor` did not make. */
export function decodeCursor(cursor: string): number {
  const position = open('id', cursor);
  const id = /^[1-9]\d{0,14}$/.test(position) ? Number(position) : NaN;
  if (Number.isNaN(id))
    throw new Problem('CURSOR_INVALID', 'cursor must be the next_cursor of an earlier page');
  return id;
}

/** For lists by cache key: the key that the page ends at. */
export const encodeKeyCursor = (key: string): string => seal('key', key);

/** @throws Problem CURSOR_INVALID for anything that `encodeKeyCursor` did not make. */
export const decodeKeyCursor = (cursor: string): string => open('key', cursor);

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

/** Makes the page out of `limit + 1` rows: the extra row only tells that there is more. */
export function toPage<Row extends { id: number }, T>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => T,
): Page<T> {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  return {
    items: kept.map(toItem),
    next_cursor: rows.length > limit && last ? encodeCursor(last.id) : null,
  };
}
