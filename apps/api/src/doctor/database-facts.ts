import { sql } from 'drizzle-orm';
import type { Examination } from '@gad/cache/store';
import type { AppConfig } from '../config/app-config.js';
import type { Database } from '../database/database.js';
import { isDatabaseUnavailable } from '../database/unavailable.js';

/** A process removes old events once a minute: what is older by so many minutes was left over. */
const OVERDUE_MINUTES = 15;
/** Overdue events that are counted. */
const MOST_OVERDUE = 10_000;

/** What the log of events looks like. */
export interface EventLogFacts {
  /** Events that should have been removed, counted up to a bound. */
  readonly overdue: number;
  /** Age of the oldest of them. */
  readonly oldestHours: number;
  /** The server's process whose transaction is the oldest, where that keeps them. */
  readonly holder: { readonly pid: number; readonly minutes: number } | undefined;
}

/** The facts of the application that its checks look at, beside those of the cache. */
export interface ApiFacts {
  readonly cache: Examination;
  readonly kind: 'postgres' | 'pglite';
  /** Why the database cannot be used, in a sentence; `undefined` while it can. */
  readonly refusal: string | undefined;
  readonly clockAheadMs: number;
  /** Whether a pooler stands before the database and nothing leads past it. */
  readonly polled: boolean;
  readonly retentionHours: number;
  /** `undefined` while the database does not answer. */
  readonly log: EventLogFacts | undefined;
}

/** What of the facts the database is asked for. */
export type DatabaseFacts = Omit<ApiFacts, 'cache'>;

/** Asks the database: a ping and one statement. Never throws because of it. */
export async function databaseFacts(
  database: Database,
  { database: { directUrl }, events: { retentionHours } }: Pick<AppConfig, 'database' | 'events'>,
): Promise<DatabaseFacts> {
  const common = {
    kind: database.kind,
    polled: database.pooled && directUrl === undefined,
    retentionHours,
  };
  try {
    await database.ping();
    const log = await eventLog(database, retentionHours);
    return { ...common, refusal: undefined, clockAheadMs: database.clockAheadMs, log };
  } catch (error) {
    if (!isDatabaseUnavailable(error)) throw error;
    return { ...common, refusal: error.detail, clockAheadMs: 0, log: undefined };
  }
}

async function eventLog({ db }: Database, hours: number): Promise<EventLogFacts> {
  const { rows } = await db.execute<{
    overdue: number;
    oldest: number | null;
    pid: number | null;
    minutes: number | null;
  }>(sql`
    with oldest as (
      select xid, created_at from domain_events order by xid, id limit ${MOST_OVERDUE}
    ), overdue as (
      select count(*)::int as overdue, min(xid) as xid,
        (extract(epoch from now() - min(created_at)) / 3600)::float8 as oldest
      from oldest
      where created_at < now() - make_interval(hours => ${hours}::int, mins => ${OVERDUE_MINUTES}::int)
    )
    select overdue, oldest, holder.pid, holder.minutes
    from overdue left join lateral (
      -- What a transaction that still runs may not have seen end is kept.
      select pid, (extract(epoch from now() - xact_start) / 60)::float8 as minutes
      from pg_stat_activity
      where overdue.xid >= pg_snapshot_xmin(pg_current_snapshot())
        and backend_xid is not null and pid <> pg_backend_pid()
      order by age(backend_xid) desc limit 1
    ) as holder on true`);
  const [row] = rows;
  return {
    overdue: row?.overdue ?? 0,
    oldestHours: row?.oldest ?? 0,
    holder: typeof row?.pid === 'number' ? { pid: row.pid, minutes: row.minutes ?? 0 } : undefined,
  };
}
