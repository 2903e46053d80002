/** Where the outbox is in the database. The tables are those that `outboxMigration` makes. */
export interface OutboxNames {
  /** Schema of both tables. Default: the first of the connection's `search_path` that has them. */
  readonly schema?: string | undefined;
  /** Table of the entries. Default `cache_outbox`. */
  readonly table?: string | undefined;
  /** Table of the one row that says which outbox this is. Default: the name of `table` and `_log`. */
  readonly logTable?: string | undefined;
  /** Channel of NOTIFY. Default: the name of `table`. */
  readonly channel?: string | undefined;
}

/** The names as they stand in a statement: quoted. */
export interface QuotedNames {
  readonly table: string;
  readonly logTable: string;
  readonly channel: string;
  /** For names of indexes. */
  readonly plain: { readonly table: string; readonly logTable: string };
}

/** What PostgreSQL keeps of a name. */
const MAX_BYTES = 63;

/** @throws TypeError for what is no name, or one that PostgreSQL would cut off */
export function quotedNames(names: OutboxNames = {}): QuotedNames {
  const { schema, table = 'cache_outbox' } = names;
  const { logTable = `${table}_log`, channel = table } = names;
  const within = schema === undefined ? '' : `${quoted('schema', schema)}.`;
  return {
    table: within + quoted('table', table),
    logTable: within + quoted('logTable', logTable),
    channel: quoted('channel', channel),
    plain: { table, logTable },
  };
}

/** An identifier, whatever is in it. */
export function quoted(option: string, name: unknown): string {
  const bytes = typeof name === 'string' ? Buffer.byteLength(name) : 0;
  if (typeof name === 'string' && bytes > 0 && bytes <= MAX_BYTES && !name.includes('\0')) {
    return `"${name.replaceAll('"', '""')}"`;
  }
  throw new TypeError(
    `${option} of the outbox must be a name of 1 to ${MAX_BYTES} bytes, because PostgreSQL cuts off longer ones.`,
  );
}

/** A name as a text in a statement. */
export function literal(name: string): string {
  return `'${name.replaceAll("'", "''")}'`;
}
