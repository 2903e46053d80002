-- What administrators did to the cache, and which values they looked at. A row is written before it is
-- done; `outcome` and `status` stay null where the end was not written. No foreign key: an audit
-- outlives its subjects.

create table cache_audit (
  id bigint generated always as identity primary key,
  at timestamptz(3) not null default clock_timestamp(),
  usuario_id integer,
  action text not null,
  target text,
  dry_run boolean not null default false,
  keys integer,
  outcome text,
  status smallint,
  ms integer,
  request_id text
);
--> statement-breakpoint
create index cache_audit_at on cache_audit (at);
