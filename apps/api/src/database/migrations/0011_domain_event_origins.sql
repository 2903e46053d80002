-- Who did it, in which request. Null where it is not known: rows of earlier versions, which go on
-- appending without them, those of triggers, and what the command line writes.

alter table domain_events
  add column usuario_id integer,
  add column request_id text,
  add column trace text;
