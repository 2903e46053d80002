/** How long the server lets one statement, and a transaction between two statements, take. */
export interface Limits {
  readonly statementMs: number;
  readonly idleInTransactionMs: number;
}

/**
 * What decides how values are read and written, and what a transaction sees: set by ourselves, so
 * that no setting of a server, a database or a role changes an answer. `search_path` is theirs.
 */
const PINNED = {
  timezone: 'UTC',
  datestyle: 'ISO, MDY',
  intervalstyle: 'postgres',
  client_encoding: 'UTF8',
  extra_float_digits: '1',
  standard_conforming_strings: 'on',
  default_transaction_isolation: 'read committed',
};

/** One simple query that makes the settings hold for the session. */
export function pinSession(limits?: Limits): string {
  return assignments('session', limits);
}

/**
 * One simple query that begins a transaction in which the settings hold, and only in it: the way
 * that leads through a pooler, which gives each transaction the server connection of another.
 */
export function beginPinned(limits?: Limits): string {
  return `begin isolation level read committed; ${assignments('local', limits)}`;
}

function assignments(scope: 'session' | 'local', limits: Limits | undefined): string {
  const settings = Object.entries({
    ...PINNED,
    ...(limits && {
      statement_timeout: String(limits.statementMs),
      idle_in_transaction_session_timeout: String(limits.idleInTransactionMs),
    }),
  });
  return settings.map(([name, value]) => `set ${scope} ${name} = '${value}'`).join('; ');
}
