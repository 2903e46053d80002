/** SQLSTATE class 23: integrity constraint violations, PostgreSQL's numbering on both drivers. */
const INTEGRITY_CONSTRAINT_VIOLATION = /^23[0-9A-Z]{3}$/;

/** Deep enough for Drizzle's wrapper around a driver's error, shallow enough for a cyclic `cause`. */
const MAX_CAUSES = 8;

/**
 * The name of the unique, foreign-key, check or exclusion constraint (or unique index) that a
 * statement ran into, such as `tareas_codigo_unique`; `undefined` for every other error.
 * Drizzle wraps what a driver throws, so the chain of causes is searched.
 */
export function violatedConstraint(error: unknown): string | undefined {
  let current = error;
  for (let depth = 0; depth < MAX_CAUSES && current instanceof Object; depth += 1) {
    const { code, constraint, cause } = current as {
      code?: unknown;
      constraint?: unknown;
      cause?: unknown;
    }; // any object may have these: each one is checked before use
    if (typeof code === 'string' && INTEGRITY_CONSTRAINT_VIOLATION.test(code)) {
      return typeof constraint === 'string' ? constraint : undefined;
    }
    current = cause;
  }
  return undefined;
}
