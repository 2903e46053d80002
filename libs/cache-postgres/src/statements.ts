import type { OutboxNames } from './outbox-names.js';
import { literal, quoted, quotedNames } from './outbox-names.js';

/** The SQL of one outbox. */
export interface OutboxStatements {
  /** Appends entries. $1: JSON list of {name, data}, $2…: further columns. Answers `log` and `xid`. */
  readonly append: string;
  /** What became visible since a snapshot. $1: snapshot or null, $2: most rows of either kind. */
  readonly readSince: string;
  /** The same with the number of processes that serve from their own memory, as `processes`. */
  readonly readAndCount: string;
  /** The present end of the outbox: `snapshot` and `log`. */
  readonly now: string;
  /** Says that a process behind a pooler is present. */
  readonly announcePooled: string;
  /** Removes old entries. $1: hours kept, $2: most rows. Answers `pruned`. */
  readonly prune: string;
  readonly notify: string;
  readonly listen: string;
  /** See `outboxPosition`. */
  readonly position: string;
}

/** A two-part advisory lock that each process holds while it serves from its own memory: "gad", 1. */
const PRESENCE = [0x67_61_64, 1] as const;

export const ANNOUNCE = `select pg_advisory_lock_shared(${PRESENCE.join(', ')})`;

/** While the outbox is young the planner knows nothing of it, and would walk over all of it. */
export const byIndex = (scope: 'session' | 'local'): string =>
  ['enable_seqscan', 'enable_bitmapscan', 'jit']
    .map((name) => `set ${scope} ${name} = off`)
    .join('; ');

/** The adapters for libraries number at most nine values. */
const MAX_COLUMNS = 8;

/** @throws TypeError for wrong names or too many columns */
export function outboxStatements(
  names?: OutboxNames,
  columns: readonly string[] = [],
): OutboxStatements {
  const { table, logTable, channel } = quotedNames(names);
  if (columns.length > MAX_COLUMNS) {
    throw new TypeError(`columns of the outbox must be at most ${MAX_COLUMNS}.`);
  }
  const further = columns.map((column) => `, ${quoted('columns', column)}`).join('');
  const values = columns.map((_, at) => `, $${at + 2}`).join('');
  const identity = identityOf(table, logTable);
  const readSince = readSinceOf(table, logTable, identity);
  return {
    // One statement, because it is on the way of every write.
    append: `
with appended as (
  insert into ${table} (name, data${further})
  select e.name, e.data${values} from jsonb_to_recordset($1::text::jsonb) as e (name text, data jsonb)
  returning 1
)
select ${identity} as log, pg_current_xact_id()::text as xid
from (select count(*) from appended) as done`,
    readSince,
    readAndCount: readSince.replace('select', () => `select ${COUNT_PROCESSES} as processes,`),
    now: `select pg_current_snapshot()::text as snapshot, ${identity} as log`,
    // For ten seconds; written half as often as that. A process that cannot say so any more cannot
    // read the outbox either, and serves nothing of its own memory.
    announcePooled: `
update ${logTable} set pooled_until = clock_timestamp() + interval '10 seconds'
where pooled_until is null or pooled_until < clock_timestamp() + interval '5 seconds'`,
    prune: pruneOf(table, logTable),
    // Never in the transaction of the entries: commits that notify take turns in the whole cluster, each
    // with its own flush of the disk.
    notify: `notify ${channel}`,
    listen: `listen ${channel}`,
    position: `(${identity} || ' ' || pg_current_snapshot()::text)`,
  };
}

/**
 * Which outbox this is, and on which incarnation of its database: the id made with the table, the
 * timeline (it changes with a promotion or a restore to a point in time), the start of the server
 * (files may have been put back while it was down) and the path of the table's file (it is another
 * in a copy of the database, and changes when the table is restored or truncated). Transactions are
 * numbered anew by some of these, so cursors of another incarnation mean nothing.
 */
const identityOf = (table: string, logTable: string): string => `concat_ws('.',
  (select id from ${logTable}),
  left(pg_walfile_name(pg_current_wal_insert_lsn()), 8),
  (extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint,
  pg_relation_filepath(${literal(table)}))`;

const COUNT_PROCESSES = `coalesce((l.pooled_until > clock_timestamp())::int, 0) + (
  select count(*)::int from pg_locks
  where locktype = 'advisory' and objsubid = 2 and classid = ${String(PRESENCE[0])}
    and objid = ${String(PRESENCE[1])} and granted
    and database = (select oid from pg_database where datname = current_database())
)`;

/**
 * What became visible since a snapshot, exactly once: whatever began after it, and whatever ran
 * during it and has ended. One statement is one snapshot, the one that it answers. One row without a
 * name when nothing became visible.
 *
 * The two kinds are a UNION ALL, because an OR of them walks every entry behind the oldest running
 * transaction. Entries of a transaction that still runs are not looked at, however many they are:
 * that is what the upper bound, which excludes no row, and the second condition on `x` are for.
 */
const readSinceOf = (table: string, logTable: string, identity: string): string => `
select pg_current_snapshot()::text as snapshot, ${identity} as log, l.pruned_xid::text as pruned,
  e.name, e.data, e.xid::text as xid, (extract(epoch from clock_timestamp() - e.created_at) * 1000)::float8 as age
from ${logTable} as l left join (
  (select name, data, xid, created_at from ${table}
    where xid >= pg_snapshot_xmax($1::pg_snapshot)
      and xid < pg_snapshot_xmax(pg_current_snapshot()) limit $2)
  union all
  (select name, data, xid, created_at from ${table}
    where xid = any (array(
      select x from pg_snapshot_xip($1::pg_snapshot) as x
      where pg_visible_in_snapshot(x, pg_current_snapshot())
    )) limit $2)
) as e on true`;

/**
 * Removes old entries, oldest first, and remembers up to where. Nothing is removed that a transaction
 * which still runs may not have seen end.
 */
const pruneOf = (table: string, logTable: string): string => `
with oldest as (
  select id, xid, created_at from ${table} order by xid, id limit $2
), gone as (
  delete from ${table} as e using oldest
  where e.id = oldest.id and oldest.created_at < now() - make_interval(hours => $1::int)
    and oldest.xid < pg_snapshot_xmin(pg_current_snapshot())
  returning e.xid
), noted as (
  update ${logTable}
  set pruned_xid = greatest(pruned_xid, (select max(xid) from gone))
  where exists (select from gone)
  returning 1
)
select count(*)::int as pruned from gone`;
