import { causesOf } from './causes.js';

/** SQLSTATE class 23: integrity constraint violations, PostgreSQL's numbering on both drivers. */
const INTEGRITY_CONSTRAINT_VIOLATION = /^23[0-9A-Z]{3}$/;

/**
 * The name of the unique, foreign-key, check or exclusion constraint (or unique index) that a
 * statement violated, such as `tareas_codigo_unique`; `undefined` for every other error.
 */
export function violatedConstraint(error: unknown): string | undefined {
  for (const { code, constraint } of causesOf(error)) {
    if (typeof code === 'string' && INTEGRITY_CONSTRAINT_VIOLATION.test(code)) {
      return typeof constraint === 'string' ? constraint : undefined;
    }
  }
  return undefined;
}
