-- What has happened, written in the transaction of the change itself. `xid` tells which transaction
-- that was: readers follow the log by what became visible, not by ids, which commit out of order.

create table domain_events (
  id bigint generated always as identity primary key,
  xid xid8 not null default pg_current_xact_id(),
  name text not null,
  data jsonb not null,
  created_at timestamptz(3) not null default clock_timestamp()
);
--> statement-breakpoint
create index domain_events_xid on domain_events (xid, id);
--> statement-breakpoint
-- One row: which log this is, and up to which transaction entries have been pruned.
create table domain_event_log (
  id uuid primary key default gen_random_uuid(),
  pruned_xid xid8 not null default '0'
);
--> statement-breakpoint
create unique index domain_event_log_one_row on domain_event_log ((true));
--> statement-breakpoint
insert into domain_event_log default values;
