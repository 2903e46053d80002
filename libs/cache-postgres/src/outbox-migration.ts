import type { OutboxNames } from './outbox-names.js';
import { quoted, quotedNames } from './outbox-names.js';

/**
 * The tables of an outbox as SQL, for a migration of the application: PostgreSQL 13 or later. It may be
 * run again, changes nothing then, and needs no privilege beyond making tables in the schema, which must
 * exist. A role that only runs the application needs SELECT, INSERT, UPDATE and DELETE on both tables.
 *
 * `xid` says which transaction appended an entry: readers follow the outbox by what became visible, not
 * by ids, which commit out of order. The second table has one row.
 *
 * @throws TypeError for wrong names
 */
export function outboxMigration(names?: OutboxNames): string {
  const { table, logTable, plain } = quotedNames(names);
  const byTransaction = quoted('index', `${plain.table}_xid`);
  const oneRow = quoted('index', `${plain.logTable}_one_row`);
  return `create table if not exists ${table} (
  id bigint generated always as identity primary key,
  xid xid8 not null default pg_current_xact_id(),
  name text not null,
  data jsonb not null,
  created_at timestamptz(3) not null default clock_timestamp()
);
create index if not exists ${byTransaction} on ${table} (xid, id);
create table if not exists ${logTable} (
  id uuid primary key default gen_random_uuid(),
  pruned_xid xid8 not null default '0',
  pooled_until timestamptz(3)
);
create unique index if not exists ${oneRow} on ${logTable} ((true));
insert into ${logTable} default values on conflict do nothing;
`;
}
