import { sql, type SQL } from 'drizzle-orm';
import type { Db } from '../apps/api/src/database/database.js';

/** How PostgreSQL answered: which indexes it read, how many rows it fetched, which tables it scanned. */
export interface Plan {
  readonly indexes: readonly string[];
  readonly rows: number;
  readonly scannedTables: readonly string[];
}

/** A node of `EXPLAIN (ANALYZE, FORMAT JSON)`, as far as it is read here. */
interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly PlanNode[];
}

type Statement = Readonly<{ sql: string; params: unknown[] }>;

/** Runs the work, and then each of its statements again under `EXPLAIN (ANALYZE)`. */
export async function plansOf(db: Db, work: () => Promise<unknown>): Promise<Plan[]> {
  const statements: Statement[] = [];
  const { session } = db._;
  const prepareQuery = session.prepareQuery.bind(session);
  session.prepareQuery = (query, ...rest) => {
    statements.push(query);
    return prepareQuery(query, ...rest);
  };
  try {
    await work();
  } finally {
    session.prepareQuery = prepareQuery;
  }
  const plans: Plan[] = [];
  for (const statement of statements) plans.push(await explain(db, statement));
  return plans;
}

async function explain(db: Db, statement: Statement): Promise<Plan> {
  const { rows } = await db.execute<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
    sql`explain (analyze, format json) ${withParameters(statement)}`,
  );
  const root = rows[0]?.['QUERY PLAN'][0].Plan;
  const nodes = root === undefined ? [] : [...nodesOf(root)];
  return {
    indexes: [...new Set(nodes.flatMap((node) => node['Index Name'] ?? []))],
    rows: nodes.map(rowsRead).reduce((sum, read) => sum + read, 0),
    scannedTables: nodes
      .filter((node) => node['Node Type'] === 'Seq Scan')
      .map((node) => node['Relation Name'] ?? '?'),
  };
}

/** Drizzle numbers the parameters again. */
function withParameters({ sql: text, params }: Statement): SQL {
  const parts = text.split(/\$(\d+)/);
  return sql.join(
    parts.map((part, at) => (at % 2 === 0 ? sql.raw(part) : sql`${params[Number(part) - 1]}`)),
  );
}

function* nodesOf(node: PlanNode): Generator<PlanNode> {
  yield node;
  for (const child of node.Plans ?? []) yield* nodesOf(child);
}

/** Rows that a scan of a table took out of it; a bitmap of an index is counted by its heap scan. */
function rowsRead(node: PlanNode): number {
  if (node['Relation Name'] === undefined) return 0;
  const removed =
    (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
  return (node['Actual Rows'] + removed) * node['Actual Loops'];
}
