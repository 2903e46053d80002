/**
 * Which log this is, and on which incarnation of its database: the id made with the table, the
 * timeline (it changes with a promotion or a restore to a point in time), the start of the server
 * (files may have been put back while it was down) and the table's file (it changes when the table
 * is restored or truncated). Transactions are numbered anew by some of these, so cursors of another
 * incarnation mean nothing.
 */
const OUTBOX_IDENTITY = `concat_ws('.',
  (select id from domain_event_log),
  left(pg_walfile_name(pg_current_wal_insert_lsn()), 8),
  (extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint,
  pg_relation_filenode('domain_events'))`;

/**
 * The position, as text, of the snapshot that a statement of one's own reads from: what it sees is
 * no older. The same text as `formatPosition` makes.
 */
export const POSITION = `(${OUTBOX_IDENTITY} || ' ' || pg_current_snapshot()::text)`;

/** Says that something was appended. */
export const CHANNEL = 'gad_domain_events';

/**
 * Notifies the listeners. Never in the transaction of the entries: commits that notify take turns in the
 * whole cluster, each with its own flush of the disk.
 */
export const NOTIFY = `notify ${CHANNEL}`;

/**
 * Appends entries. $1: JSON list of {name, data}. Answers `log` and `xid`. One statement, because it
 * is on the way of every write.
 */
export const APPEND = `
with appended as (
  insert into domain_events (name, data)
  select e.name, e.data from jsonb_to_recordset($1::jsonb) as e (name text, data jsonb)
  returning 1
)
select ${OUTBOX_IDENTITY} as log, pg_current_xact_id()::text as xid
from (select count(*) from appended) as done`;

/**
 * What became visible since a snapshot, exactly once: whatever began after it, and whatever ran
 * during it and has ended. $1: snapshot or null, $2: most rows of either kind. One statement is one
 * snapshot, the one that it answers. One row without a name when nothing became visible.
 *
 * The two kinds are a UNION ALL, because an OR of them walks every entry behind the oldest running
 * transaction. Entries of a transaction that still runs are not looked at, however many they are:
 * that is what the upper bound, which excludes no row, and the second condition on `x` are for.
 */
export const READ_SINCE = `
select pg_current_snapshot()::text as snapshot, ${OUTBOX_IDENTITY} as log, l.pruned_xid::text as pruned,
  e.name, e.data, e.xid::text as xid, (extract(epoch from clock_timestamp() - e.created_at) * 1000)::float8 as age
from domain_event_log as l left join (
  (select name, data, xid, created_at from domain_events
    where xid >= pg_snapshot_xmax($1::pg_snapshot)
      and xid < pg_snapshot_xmax(pg_current_snapshot()) limit $2)
  union all
  (select name, data, xid, created_at from domain_events
    where xid = any (array(
      select x from pg_snapshot_xip($1::pg_snapshot) as x
      where pg_visible_in_snapshot(x, pg_current_snapshot())
    )) limit $2)
) as e on true`;

/** While the log is young the planner knows nothing of it, and would walk over all of it. */
export const byIndex = (scope: 'session' | 'local'): string =>
  ['enable_seqscan', 'enable_bitmapscan', 'jit']
    .map((name) => `set ${scope} ${name} = off`)
    .join('; ');

/**
 * Says that a process behind a pooler is present, for ten seconds; written half as often as that.
 * One that cannot say so any more cannot read the log either, and serves nothing of its own memory.
 */
export const ANNOUNCE_POOLED = `
update domain_event_log set pooled_until = clock_timestamp() + interval '10 seconds'
where pooled_until is null or pooled_until < clock_timestamp() + interval '5 seconds'`;

export const NOW = `select pg_current_snapshot()::text as snapshot, ${OUTBOX_IDENTITY} as log`;

/**
 * Removes old entries, oldest first, and remembers up to where. $1: hours kept, $2: most rows. Nothing is removed that a transaction which still runs may not have seen end.
 */
export const PRUNE = `
with oldest as (
  select id, xid, created_at from domain_events order by xid, id limit $2
), gone as (
  delete from domain_events as e using oldest
  where e.id = oldest.id and oldest.created_at < now() - make_interval(hours => $1::int)
    and oldest.xid < pg_snapshot_xmin(pg_current_snapshot())
  returning e.xid
), noted as (
  update domain_event_log
  set pruned_xid = greatest(pruned_xid, (select max(xid) from gone))
  where exists (select from gone)
  returning 1
)
select count(*)::int as pruned from gone`;
