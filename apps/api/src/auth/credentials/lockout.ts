/** So many wrong passwords in a row … */
export const MAX_FAILED_LOGINS = 5;

/** … lock the account for so long. */
export const LOCKOUT_SECONDS = 15 * 60;
