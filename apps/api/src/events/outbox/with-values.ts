import { sql, type SQL } from 'drizzle-orm';

/** A statement with `$1`, `$2`, … as Drizzle runs it on either database. */
export function withValues(statement: string, values: readonly unknown[]): SQL {
  const parts = statement.split(/\$(\d)/);
  return sql.join(
    parts.map((part, at) => (at % 2 === 0 ? sql.raw(part) : sql`${values[Number(part) - 1]}`)),
  );
}
