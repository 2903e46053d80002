-- Behind a pooler no lock lasts, by which processes with an own memory count each other: those
-- announce themselves here. Versions before this one read and write the table as they did.

alter table domain_event_log add column pooled_until timestamptz(3);
