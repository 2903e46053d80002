import {
  HISTORY_PLACES,
  MAX_NAMES_KNOWN,
  OTHER_CHARACTERS,
  SLOT_CHARACTERS,
  STEPS,
} from '../../observe/history.js';
import {
  JOURNAL_BYTES,
  JOURNAL_ENTRIES,
  MAX_NAMES,
  NEWS,
  PROCESS_LIFE_MS,
} from '../../observe/fleet-board.js';
import { MAX_GHOSTS } from '../../observe/ghost.js';
import { READ } from '../../observe/tally.js';
import { FREQUENT_KEYS, READS_LIFE_MS, RESULTS } from '../warming-board.js';
import { MAX_REFRESH_BACKOFF_MS } from '../cache-store.js';

/*
 * Formats of the values in Redis, for TypeScript and the Lua scripts. Numbers and marks that both need are defined only here.
 */

/** First character of a lease, with which no value begins. */
export const LEASE_MARK = '\x01';
/** Characters of a token. */
export const TOKEN_LENGTH = 22;
/** The right to fill lasts this many times as long as the lease. */
export const KEEP_LEASES = 10;
/** Digits of a deadline in server milliseconds. */
const DEADLINE_LENGTH = 13;

/** In Lua the first character is 1: mark, awaited (`0` or `1`), token, deadline. */
const AWAITED_AT = LEASE_MARK.length + 1;
const TOKEN_FIRST = AWAITED_AT + 1;
const DEADLINE_FIRST = TOKEN_FIRST + TOKEN_LENGTH;

/** Range of the index's sentinels, which mark it as complete: `\0s` and the epoch. */
export const EPOCHS = { min: '[\0s', max: '(\0t' } as const;

/** Times of fills are stored from here, in tenths of a second: 2020. */
export const GHOST_EPOCH_MS = 1_577_836_800_000;
/** Lifetimes of fills take 21 bits. */
export const GHOST_TTL_SPAN = 2 ** 21;

/** Values that the compiler of the scripts substitutes for names. */
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
  // A longer text would hold the server up on its way through Lua.
  CLAIMED_BYTES: 65_536,
  MAX_MARKS: 10_000,
  MARK_LIFE_MS: 60_000,
  PROCESS_LIFE_MS,
  MAX_NAMES,
  JOURNAL_ENTRIES,
  // Entries of the journal.
  TRIM_EVERY: 16,
  MAX_NEWS: NEWS,
  JOURNAL_BYTES,
  SHORT_SLOT_MS: STEPS['10s'].slotMs,
  SHORT_SLOTS: STEPS['10s'].slots,
  LONG_SLOT_MS: STEPS['5m'].slotMs,
  LONG_SLOTS: STEPS['5m'].slots,
  LONG_HISTORY_MS: STEPS['5m'].slotMs * STEPS['5m'].slots,
  HISTORY_PLACES: HISTORY_PLACES.join(','),
  READ_PLACES: Object.values(READ).join(','),
  NAMED_CHARACTERS: SLOT_CHARACTERS - OTHER_CHARACTERS,
  MAX_NAMES_KNOWN,
  MAX_GHOSTS,
  WARM_RESULTS: RESULTS,
  FREQUENT_KEYS,
  READS_LIFE_MS,
  GHOST_LIFE_MS: 86_400_000,
  GHOST_EPOCH_MS,
  GHOST_TTL_SPAN,
};
