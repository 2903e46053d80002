-- One DNI is one usuario, however it is punctuated: dots, dashes, case and the leading zeros of a
-- number are no part of it. The index is over the function and not over the column, because the
-- version before this one, which may run beside it during an update, writes what was typed.

create function canonical_dni(dni text) returns text
language sql immutable strict parallel safe
return case
  when translate(dni, '.-', '') ~ '^[0-9]+$'
    then regexp_replace(translate(dni, '.-', ''), '^0+(?=[0-9])', '')
  else upper(translate(dni, '.-', '') collate "C")
end;
--> statement-breakpoint
lock table usuarios in share row exclusive mode;
--> statement-breakpoint
do $$
declare
  conflicts text;
begin
  select string_agg(ids, '; ') into conflicts from (
    select string_agg(id::text, ' and ' order by id) as ids
    from usuarios where deleted_at is null
    group by canonical_dni(dni) having count(*) > 1
    order by min(id) limit 20
  ) as same;
  if conflicts is not null then
    raise exception 'usuarios have the same DNI but for dots, dashes, case or leading zeros (ids %): correct or delete all but one of each in the version that ran so far, then start again', conflicts
      using errcode = 'GAD01';
  end if;
end $$;
--> statement-breakpoint
drop index usuarios_dni_live;
--> statement-breakpoint
update usuarios set dni = canonical_dni(dni) where dni <> canonical_dni(dni);
--> statement-breakpoint
create unique index usuarios_dni_live on usuarios (canonical_dni(dni)) where deleted_at is null;
