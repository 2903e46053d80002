import type { RunStatement } from './statement.js';

interface Rows {
  readonly rows: readonly object[];
}

/** A client or pool of node-postgres, as far as it is used. */
export interface PgClient {
  query(statement: { text: string; values: unknown[]; name?: string }): Promise<Rows>;
}

/** For node-postgres: a client inside its transaction. */
export function pg(client: PgClient): RunStatement {
  return async ({ text, values, name }) => {
    const named = name === undefined ? {} : { name };
    return (await client.query({ text, values: [...values], ...named })).rows;
  };
}

/** A transaction of Drizzle over PostgreSQL, as far as it is used: whichever driver is below. */
export interface DrizzleTransaction {
  readonly _: {
    readonly session: {
      prepareQuery(
        query: { sql: string; params: unknown[] },
        fields: undefined,
        name: string | undefined,
        isResponseInArrayMode: boolean,
      ): { execute(): Promise<unknown> };
    };
  };
}

/** For Drizzle: the `tx` of `db.transaction`. Its `execute` knows no names of statements. */
export function drizzle(tx: DrizzleTransaction): RunStatement {
  return async ({ text, values, name }) => {
    const query = { sql: text, params: [...values] };
    const statement = tx._.session.prepareQuery(query, undefined, name, false);
    // postgres.js resolves with the rows, all other drivers with an object that has them.
    const result = (await statement.execute()) as readonly object[] | Rows;
    return 'rows' in result ? result.rows : result;
  };
}

/** An `EntityManager` of TypeORM, as far as it is used. */
export interface TypeOrmManager {
  query(text: string, values?: unknown[]): Promise<unknown>;
}

/** For TypeORM: the manager of `dataSource.transaction`. */
export function typeOrm(manager: TypeOrmManager): RunStatement {
  // The rows, of a statement that begins with `with` or `select`.
  return ({ text, values }) => manager.query(text, [...values]) as Promise<readonly object[]>;
}

/** A transaction of Prisma, as far as it is used. */
export interface PrismaTransaction {
  $queryRawUnsafe(text: string, ...values: unknown[]): Promise<unknown>;
}

/** For Prisma: the `tx` of an interactive `$transaction`. */
export function prisma(tx: PrismaTransaction): RunStatement {
  return ({ text, values }) => tx.$queryRawUnsafe(text, ...values) as Promise<readonly object[]>;
}

/** A transaction of Knex, as far as it is used. */
export interface KnexTransaction {
  raw(text: string, values: readonly unknown[]): PromiseLike<unknown>;
}

/** For Knex: the `trx` of `knex.transaction`. */
export function knex(trx: KnexTransaction): RunStatement {
  return async ({ text, values }) => {
    const bound: unknown[] = [];
    const questions = text.replaceAll(/\$(\d)/g, (_, at) => {
      bound.push(values[Number(at) - 1]);
      return '?';
    });
    return ((await trx.raw(questions, bound)) as Rows).rows;
  };
}
