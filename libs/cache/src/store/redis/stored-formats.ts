import { MAX_REFRESH_BACKOFF_MS } from '../cache-store.js';

/*
 * The formats of what this store keeps in Redis, for TypeScript and for the Lua scripts. A number or
 * a mark that both need is written here and nowhere else.
 */

/** What a lease begins with, and no value does. */
export const LEASE_MARK = '\x01';
/** Characters of a token. */
export const TOKEN_LENGTH = 22;
/** Digits of a deadline in server milliseconds. */
const DEADLINE_LENGTH = 13;

/** In Lua the first character is 1: mark, awaited (`0` or `1`), token, deadline. */
const AWAITED_AT = LEASE_MARK.length + 1;
const TOKEN_FIRST = AWAITED_AT + 1;
const DEADLINE_FIRST = TOKEN_FIRST + TOKEN_LENGTH;

/** Range of the index members that say that the index is complete: `\0s` and the epoch. */
export const EPOCHS = { min: '[\0s', max: '(\0t' } as const;

/** What the compiler of the scripts puts in the place of each name. */
export const SCRIPT_CONSTANTS: Readonly<Record<string, string | number>> = {
  LEASE_MARK,
  AWAITED_AT,
  TOKEN_FIRST,
  TOKEN_LAST: TOKEN_FIRST + TOKEN_LENGTH - 1,
  DEADLINE_FIRST,
  LEASE_LENGTH: DEADLINE_FIRST + DEADLINE_LENGTH - 1,
  DEADLINE_FORMAT: `%0${DEADLINE_LENGTH}.0f`,
  MARKER_FORMAT: `-%0${DEADLINE_LENGTH - 1}.0f`,
  EPOCHS_FROM: EPOCHS.min,
  EPOCHS_TO: EPOCHS.max,
  EPOCH_MARK: '\0s',
  MARKS_FROM: '[\0r',
  MARKS_TO: '(\0s',
  REBUILD_MARK: '\0r',
  MAX_REFRESH_BACKOFF_MS,
};
