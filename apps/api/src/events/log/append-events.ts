import type { Db } from '../../database/database.js';
import type { DomainEvent } from '../domain-events.js';
import { formatTransaction } from './log-position.js';
import { APPEND } from './log-statements.js';
import { withValues } from './with-values.js';

/**
 * Appends events to the log, in the transaction of the change that they tell of: either both become
 * visible or neither. Resolves with the position of that transaction in the log. One statement.
 */
export async function appendEvents(tx: Db, events: readonly DomainEvent[]): Promise<string> {
  const { rows } = await tx.execute<{ log: string; xid: string }>(
    withValues(APPEND, [JSON.stringify(events)]),
  );
  const [row] = rows;
  if (!row) throw new Error('The log did not answer where the events are.');
  return formatTransaction(row.log, row.xid);
}
