/** Deep enough for Drizzle's wrapper around a driver's error, shallow enough for a cyclic `cause`. */
const MAX_CAUSES = 8;

/** What errors carry; any value may be thrown, so each field is checked before use. */
export interface ErrorFields {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly constraint?: unknown;
  readonly cause?: unknown;
}

/** An error and its causes, outermost first: Drizzle wraps what a driver throws. */
export function* causesOf(error: unknown): Generator<ErrorFields> {
  let current = error;
  for (let depth = 0; depth < MAX_CAUSES && current instanceof Object; depth += 1) {
    const fields: ErrorFields = current; // any object may have these
    yield fields;
    current = fields.cause;
  }
}
