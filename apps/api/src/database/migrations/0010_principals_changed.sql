-- What a usuario may do is cached. Whatever takes some of it away is an event in the transaction of
-- the change, also when an earlier version of this program writes it, or a person with psql.
-- The functions find the log where this migration found it, whatever the writer's search_path is.

create function gad_usuarios_changed() returns trigger language plpgsql
set search_path from current as $$
begin
  if tg_op = 'UPDATE' then
    insert into domain_events (name, data)
    select 'principals.changed', jsonb_build_object('usuarioId', o.id)
    from old_rows as o left join new_rows as n on n.id = o.id
    where n.id is null or (n.rol, n.deleted_at) is distinct from (o.rol, o.deleted_at);
  else
    insert into domain_events (name, data)
    select 'principals.changed', jsonb_build_object('usuarioId', o.id) from old_rows as o;
  end if;
  return null;
end $$;
--> statement-breakpoint
-- A sesion that has run out takes nothing with it: what is known of it has run out as well.
create function gad_sesiones_changed() returns trigger language plpgsql
set search_path from current as $$
begin
  if tg_op = 'UPDATE' then
    insert into domain_events (name, data)
    select 'principals.changed', jsonb_build_object('usuarioId', ended.usuario_id)
    from (
      select distinct o.usuario_id
      from old_rows as o left join new_rows as n on n.id = o.id
      where o.revoked_at is null and o.expires_at > now() and (
        n.id is null or n.usuario_id <> o.usuario_id
        or n.revoked_at is not null or n.expires_at < o.expires_at
      )
    ) as ended;
  else
    insert into domain_events (name, data)
    select 'principals.changed', jsonb_build_object('usuarioId', ended.usuario_id)
    from (
      select distinct usuario_id from old_rows where revoked_at is null and expires_at > now()
    ) as ended;
  end if;
  return null;
end $$;
--> statement-breakpoint
create function gad_principals_truncated() returns trigger language plpgsql
set search_path from current as $$
begin
  insert into domain_events (name, data) values ('principals.changed', '{"usuarioId": null}');
  return null;
end $$;
--> statement-breakpoint
create trigger usuarios_updated after update on usuarios
  referencing old table as old_rows new table as new_rows
  for each statement execute function gad_usuarios_changed();
--> statement-breakpoint
create trigger usuarios_removed after delete on usuarios
  referencing old table as old_rows
  for each statement execute function gad_usuarios_changed();
--> statement-breakpoint
create trigger usuarios_truncated after truncate on usuarios
  for each statement execute function gad_principals_truncated();
--> statement-breakpoint
create trigger sesiones_updated after update on sesiones
  referencing old table as old_rows new table as new_rows
  for each statement execute function gad_sesiones_changed();
--> statement-breakpoint
create trigger sesiones_removed after delete on sesiones
  referencing old table as old_rows
  for each statement execute function gad_sesiones_changed();
--> statement-breakpoint
create trigger sesiones_truncated after truncate on sesiones
  for each statement execute function gad_principals_truncated();
