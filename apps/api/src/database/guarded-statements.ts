import { DrizzleQueryError } from 'drizzle-orm/errors';
import type { Db } from './database.js';

export interface StatementHooks {
  /** Whether a name makes the server keep a statement; `false` drops the names. */
  readonly named?: boolean;
  /** Before each statement; what it throws is what the caller gets. */
  readonly before?: () => void;
  /** When a statement is sent; the returned function is called when it is settled. */
  readonly sent?: () => () => void;
  /** After each statement that the database answered, with a result or with an SQL error. */
  readonly answered?: () => void;
  /** Turns the driver's error into the one to throw; `undefined` keeps Drizzle's own. */
  readonly translate?: (driverError: unknown) => Error | undefined;
}

/**
 * Puts hooks around every statement that runs on `db`, savepoints included, whichever of
 * Drizzle's builders it comes from: they all go through the session's `prepareQuery`. Drizzle
 * itself offers only a logger, which sees neither results nor errors.
 */
export function guardStatements(db: Db, hooks: StatementHooks): void {
  const { session } = db._;
  const prepareQuery = session.prepareQuery.bind(session);
  session.prepareQuery = (query, fields, name, ...rest) => {
    const prepared = prepareQuery(query, fields, hooks.named === false ? undefined : name, ...rest);
    const execute = prepared.execute.bind(prepared);
    prepared.execute = async (...executeArguments) => {
      hooks.before?.();
      const settled = hooks.sent?.();
      try {
        const result = await execute(...executeArguments);
        hooks.answered?.();
        return result;
      } catch (error) {
        const replacement =
          error instanceof DrizzleQueryError ? hooks.translate?.(error.cause) : undefined;
        if (!replacement) hooks.answered?.();
        throw replacement ?? error;
      } finally {
        settled?.();
      }
    };
    return prepared;
  };
}
