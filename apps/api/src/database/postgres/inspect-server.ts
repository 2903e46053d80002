import { getTableName, is } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import type pg from 'pg';
import * as schema from '../schema.js';
import { onConnection } from './migrate-postgres.js';
import { backendOf } from './pool-connections.js';

export interface ServerFacts {
  /** A pooler stands before the server: it names itself as the process behind the connection. */
  readonly pooled: boolean;
  /** Which database of which running server this is. */
  readonly identity: string;
  readonly encoding: string;
  readonly role: string;
  readonly database: string;
  /** Where the tables are, or are to be made. */
  readonly schema: string;
  /** Whether the search_path names a schema at all, be it one that the role may not use. */
  readonly schemaExists: boolean;
}

/** A pooler accepts clients while the server behind it is unavailable, and lets them wait. */
const ANSWER_MS = 3_000;

const FACTS = `select pg_backend_pid() as backend,
  (select oid from pg_database where datname = current_database()) || ' ' ||
    extract(epoch from pg_postmaster_start_time()) as identity,
  current_setting('server_encoding') as encoding,
  current_user as role, current_database() as database, coalesce(current_schema(), 'public') as schema,
  exists (select from pg_namespace where nspname = any(string_to_array(replace(
    translate(current_setting('search_path'), '" ', ''), '$user', current_user), ','))) as "schemaExists"`;

/** What has to be known before the first request. */
export function inspectServer(url: string): Promise<ServerFacts> {
  const look = async (client: pg.Client): Promise<ServerFacts> => {
    const { rows } = await client.query<ServerFacts & { backend: number }>(FACTS);
    const [facts] = rows;
    if (!facts) throw new Error('The server returned no facts about itself.');
    return { ...facts, pooled: facts.backend !== backendOf(client) };
  };
  return onConnection(url, look, ANSWER_MS);
}

const LACKING = `select name from unnest($1::text[]) as name
  where not coalesce((
    select bool_and(has_table_privilege(to_regclass(quote_ident(name)), privilege))
    from unnest('{select,insert,update,delete}'::text[]) as privilege
  ), false)`;

/** Tables that the role may not read and write, or does not see at all. */
export function tablesOutOfReach(url: string): Promise<string[]> {
  const tables = Object.values<unknown>(schema).flatMap((value) =>
    is(value, PgTable) ? [getTableName(value)] : [],
  );
  const look = async (client: pg.Client): Promise<string[]> => {
    const { rows } = await client.query<{ name: string }>(LACKING, [tables]);
    return rows.map(({ name }) => name);
  };
  return onConnection(url, look, ANSWER_MS);
}
