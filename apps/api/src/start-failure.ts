import { isDatabaseUnavailable } from './database/unavailable.js';
import { reasonOf } from './database/database-cause.js';
import { describeError } from './logging/safe-error.js';

/** What the operator reads when a program fails to start: a stack only for unexpected errors. */
export function startFailure(error: unknown): string {
  if (error instanceof Error && 'variable' in error) return error.message;
  if (isDatabaseUnavailable(error)) {
    return `DATABASE_URL: ${error.detail.replace('; try again.', '')} (${reasonOf(error.cause)}).`;
  }
  return describeError(error);
}
