/** One SQL statement with `$1`, `$2`, … for its values. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
  /** Given a name, the server parses and plans it once a connection. */
  readonly name?: string | undefined;
}

/** Runs a statement, on one connection or in one transaction, and resolves with its rows. */
export type RunStatement = (statement: Statement) => Promise<readonly object[]>;

/** @throws Error when there is no row */
export function onlyRow<Row>(rows: readonly object[]): Row {
  const [row] = rows;
  if (!row) throw new Error('The outbox did not answer.');
  return row as Row; // the statement's own columns
}
