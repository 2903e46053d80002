-- Who did what to whom, where it concerns access. No foreign keys: an audit outlives its subjects, and
-- a key would lock the rows of those that exist and so tell them from those that do not.

create table audit_events (
  id bigint generated always as identity primary key,
  at timestamptz(3) not null default clock_timestamp(),
  action text not null,
  actor_usuario_id integer,
  subject_usuario_id integer,
  request_id text,
  detail jsonb not null default '{}'
);
--> statement-breakpoint
create index audit_events_at on audit_events (at);
--> statement-breakpoint
create index audit_events_subject on audit_events (subject_usuario_id, id);
