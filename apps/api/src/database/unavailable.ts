import { isNativeError } from 'node:util/types';
import { Problem } from '../problems/problem.js';

const RETRY_AFTER_SECONDS = 2;

/**
 * SQLSTATEs with which a server says "not now" rather than "not like this": connection trouble
 * (08), out of resources (53), shut down or starting (57P), statement timeout and cancel (57014),
 * deadlock and serialization failure (40), lock timeout (55P03), idle timeouts (25P03, 57P05), a
 * primary that became read-only (25006), system errors (58), and credentials or a database that
 * stopped being valid while we run (28, 3D).
 */
const NOT_NOW = /^(08|28|3D|40|53|57|58)|^(25006|25P03|55P03)$/;

/** Errors of our own making: they would come back with every retry. */
const PROGRAMMING_ERRORS = ['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError'];

/**
 * Whether an error thrown by a driver means "the database is away, overloaded or too slow". An
 * error without a SQLSTATE never reached a server or never came back from one: refused and reset
 * connections, timeouts of the pool, of connecting and of reading.
 */
export function isUnavailable(driverError: unknown): boolean {
  if (!isNativeError(driverError)) return false;
  const sqlState = sqlStateOf(driverError);
  if (sqlState !== undefined) return NOT_NOW.test(sqlState);
  return !PROGRAMMING_ERRORS.includes(driverError.name);
}

/** The SQLSTATE of an error that a server sent; `undefined` for errors of the system and our own. */
export function sqlStateOf(error: unknown): string | undefined {
  // Node's errors have a `code` too, such as ECONNREFUSED; only a server's have a severity.
  if (!isNativeError(error) || !('severity' in error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** The problem that callers see; the driver's error stays in `cause`, for the log alone. */
export function databaseUnavailable(cause: unknown): Problem {
  return new Problem('DATABASE_UNAVAILABLE', 'The database does not answer in time; try again.', {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
    cause,
  });
}

export function isDatabaseUnavailable(error: unknown): boolean {
  return error instanceof Problem && error.code === 'DATABASE_UNAVAILABLE';
}
