import type { OutboxNames } from './outbox-names.js';
import { formatTransaction } from './position.js';
import type { RunStatement } from './statement.js';
import { onlyRow } from './statement.js';
import { outboxStatements } from './statements.js';

/** What happened: a name, and data that JSON can hold. */
export interface OutboxEvent {
  readonly name: string;
  readonly data: unknown;
}

/** Where and how events are appended. */
export interface AppenderOptions<Tx> {
  /** How statements run in a transaction of your library: `pg`, `drizzle`, `typeOrm`, `prisma`, `knex`. */
  readonly via: (tx: Tx) => RunStatement;
  /** Names of the tables. Default: those of `outboxMigration()`. */
  readonly names?: OutboxNames | undefined;
  /**
   * Gives the statement a name, so that each connection parses and plans it once: most of its cost.
   * Not for connections behind a pooler that does not know names. Default `false`.
   */
  readonly prepared?: boolean | undefined;
  /**
   * Further columns that you have added to the table, such as who wrote: at each append the function
   * gives the value for its entries. Give only what may be null, because other programs and triggers
   * leave it out. At most 8. Default: none.
   */
  readonly columns?: OutboxColumns | undefined;
}

/** Names of columns, and what an entry that is appended now has in them. */
export type OutboxColumns = Readonly<Record<string, () => string | number | null>>;

/** Appends events in the transaction, and resolves with its position in the outbox. */
export type Append<Tx> = (tx: Tx, events: readonly OutboxEvent[]) => Promise<string>;

/**
 * Makes the function that appends events to an outbox, in the transaction of the change that they
 * describe: either both become visible or neither. For programs that only write; see
 * `PostgresOutbox.record` for those that have a cache.
 *
 * Cost of a call: one statement and a row for each event.
 * @throws TypeError for wrong names or too many columns
 */
export function outboxAppender<Tx>(options: AppenderOptions<Tx>): Append<Tx> {
  const { via, names, prepared = false, columns = {} } = options;
  const { append } = outboxStatements(names, Object.keys(columns));
  const givers = Object.values(columns);
  const name = prepared ? 'gad_append_events' : undefined;
  return async (tx, events) => {
    if (events.length === 0) throw new TypeError('There must be at least one event to append.');
    const values = [JSON.stringify(events.map(checked)), ...givers.map((give) => give())];
    const rows = await via(tx)({ text: append, values, name });
    const { log, xid } = onlyRow<{ log: string; xid: string }>(rows);
    return formatTransaction(log, xid);
  };
}

/**
 * The position, as an SQL expression, of the snapshot that a statement of one's own reads from: what it
 * sees is no older. The same text as `PostgresOutbox.now` resolves with.
 *
 * @throws TypeError for wrong names
 */
export function outboxPosition(names?: OutboxNames): string {
  return outboxStatements(names).position;
}

function checked({ name, data }: OutboxEvent): OutboxEvent {
  if (typeof name === 'string' && data !== undefined && data !== null) return { name, data };
  throw new TypeError('An event of the outbox must have a name and data that is not null.');
}
