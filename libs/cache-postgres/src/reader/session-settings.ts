/**
 * How long the server lets one statement of the outbox's connection, and a transaction between two
 * statements, take; milliseconds. None of them is a long one.
 */
export const STATEMENT_MS = 2_000;

/**
 * What decides what a statement sees and how long it may wait: set by ourselves, so that no setting of a
 * server, a database or a role changes what the outbox answers. `search_path` is theirs.
 */
const PINNED = Object.entries({
  client_encoding: 'UTF8',
  standard_conforming_strings: 'on',
  default_transaction_isolation: 'read committed',
  lock_timeout: '0',
  statement_timeout: String(STATEMENT_MS),
  idle_in_transaction_session_timeout: String(STATEMENT_MS),
});

const pinned = (scope: 'session' | 'local'): string =>
  PINNED.map(([name, value]) => `set ${scope} ${name} = '${value}'`).join('; ');

/** From PostgreSQL 14 on: it would end the connection at rest. */
const STAY_CONNECTED = `
  do $$ begin perform set_config('idle_session_timeout', '0', false);
  exception when undefined_object then null; end $$`;

/** One simple query that makes the settings hold for the session. */
export const PIN_SESSION = `${pinned('session')};${STAY_CONNECTED}`;

/**
 * One simple query that begins a transaction in which the settings hold, and only in it: the way that
 * leads through a pooler, which gives each transaction the server connection of another.
 */
export const BEGIN_PINNED = `begin isolation level read committed; ${pinned('local')}`;
