import { isNativeError } from 'node:util/types';
import { Problem } from '../problems/problem.js';
import { causeOf, sqlStateOf } from './database-cause.js';

const RETRY_AFTER_SECONDS = 2;

/**
 * SQLSTATEs with which a server says "not now" rather than "not like this": connection trouble
 * (08), out of resources (53), shut down or starting (57P), statement timeout and cancel (57014),
 * deadlock and serialization failure (40), lock timeout (55P03), idle timeouts (25P03, 57P05), a
 * primary that became read-only (25006), system errors (58), and credentials, a database or a
 * privilege that was revoked while we run (28, 3D, 42501).
 */
const NOT_NOW = /^(08|28|3D|40|53|57|58)|^(25006|25P03|55P03|42501)$/;

/** Errors of our own making: they would come back with every retry. */
const PROGRAMMING_ERRORS = ['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError'];

/**
 * Whether an error thrown by a driver means "the database is unavailable, overloaded or too slow". An
 * error without a SQLSTATE never reached a server or never came back from one: refused and reset
 * connections, timeouts of the pool, of connecting and of reading.
 */
export function isUnavailable(driverError: unknown): boolean {
  if (!isNativeError(driverError)) return false;
  const sqlState = sqlStateOf(driverError);
  if (sqlState !== undefined) return NOT_NOW.test(sqlState);
  return !PROGRAMMING_ERRORS.includes(driverError.name);
}

/** The problem that callers see: it names the cause; the driver's error stays in `cause`, for the log alone. */
export function databaseUnavailable(cause: unknown): Problem {
  return new Problem('DATABASE_UNAVAILABLE', causeOf(cause).detail, {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
    cause,
  });
}

export function isDatabaseUnavailable(
  error: unknown,
): error is Problem & { readonly code: 'DATABASE_UNAVAILABLE' } {
  return error instanceof Problem && error.code === 'DATABASE_UNAVAILABLE';
}
