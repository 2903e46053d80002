import type { Db } from '../../database/database.js';
import type { DomainEvent } from '../domain-events.js';
import { formatTransaction } from './outbox-position.js';
import { onlyRow } from './outbox-reader.js';
import { APPEND } from './outbox-statements.js';

interface Appended {
  /** By a raw statement, which both drivers answer with an object that has the rows. */
  readonly execute: { readonly rows: readonly { readonly log: string; readonly xid: string }[] };
  readonly all: unknown;
  readonly values: unknown;
}

/** With each write: to parse and plan it takes longer than to run it. */
const APPEND_NAME = 'gad_append_events';

/**
 * Appends events to the outbox, in the transaction of the change that they describe: either both become
 * visible or neither. Resolves with the position of that transaction in the outbox. One statement, which
 * PostgreSQL plans once a connection; Drizzle's `execute` knows no names.
 */
export async function appendEvents(tx: Db, events: readonly DomainEvent[]): Promise<string> {
  const query = { sql: APPEND, params: [JSON.stringify(events)] };
  const statement = tx._.session.prepareQuery<Appended>(query, undefined, APPEND_NAME, false);
  const { log, xid } = onlyRow((await statement.execute()).rows);
  return formatTransaction(log, xid);
}
