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
  // A statement that waits for a lock ends by our own limit, if by any.
  lock_timeout: '0',
};

/** Migrations and bulk loads take their time, whatever a role or database is limited to. */
const NO_LIMITS: Limits = { statementMs: 0, idleInTransactionMs: 0 };

/** From PostgreSQL 14 on: it would end the connections of a pool, and that of the relay, at rest. */
const STAY_CONNECTED = `
  do $$ begin perform set_config('idle_session_timeout', '0', false);
  exception when undefined_object then null; end $$`;

/** One simple query that makes the settings hold for the session. */
export function pinSession(limits?: Limits): string {
  return `${assignments('session', limits)};${STAY_CONNECTED}`;
}

/**
 * One simple query that begins a transaction in which the settings hold, and only in it: the way
 * that leads through a pooler, which gives each transaction the server connection of another.
 */
export function beginPinned(limits?: Limits): string {
  return `begin isolation level read committed; ${assignments('local', limits)}`;
}

function assignments(scope: 'session' | 'local', limits = NO_LIMITS): string {
  const settings = Object.entries({
    ...PINNED,
    statement_timeout: String(limits.statementMs),
    idle_in_transaction_session_timeout: String(limits.idleInTransactionMs),
  });
  return settings.map(([name, value]) => `set ${scope} ${name} = '${value}'`).join('; ');
}
