-- Lists of tareas and usuarios: text search, and an index for each filter and sort.
--
-- The search works on any PostgreSQL, without extensions: a text is folded (case and accents do not
-- count), and an index over its trigrams finds the rows that can contain what is looked for.

create function gad_fold(t text) returns text
  language sql immutable strict parallel safe
  as $$ select lower(regexp_replace(normalize(t, NFKD), '[\u0300-\u036f]', '', 'g')) $$;
--> statement-breakpoint
-- The trigrams of a folded text, one from each character on; the last two are shorter. The cost is
-- what it takes for a row, so that the planner reads the index instead of computing them; and no
-- workers, as starting them takes longer than a search.
create function gad_trigrams(t text) returns tsvector
  language sql immutable strict parallel restricted cost 1000
  as $$ select array_to_tsvector(array(select substr(t, i, 3) from generate_series(1, length(t)) i)) $$;
--> statement-breakpoint
-- What the trigrams of a text must hold if it contains the folded `t`: every third one and the last,
-- as each more costs a look into a long list; below three characters it is the beginning of one.
create function gad_trigram_query(t text) returns tsquery
  language sql immutable strict parallel safe
  as $$
    select string_agg(
      '''' || replace(replace(substr(t, i, 3), '\', '\\'), '''', '''''') || '''' ||
        case when length(t) < 3 then ':*' else '' end,
      ' & ')::tsquery
    from (
      select generate_series(1, length(t) - 2, 3) union select greatest(length(t) - 2, 1)
    ) starts (i)
  $$;
--> statement-breakpoint
alter table tareas add column busqueda text not null
  generated always as (gad_fold(codigo || E'\n' || titulo)) stored;
--> statement-breakpoint
alter table usuarios add column busqueda text not null
  generated always as (gad_fold(nombre || ' ' || apellido || E'\n' || email)) stored;
--> statement-breakpoint
create index tareas_busqueda on tareas using gin (gad_trigrams(busqueda)) where deleted_at is null;
--> statement-breakpoint
create index usuarios_busqueda on usuarios using gin (gad_trigrams(busqueda)) where deleted_at is null;
--> statement-breakpoint
create index tareas_created_at on tareas (created_at, id) where deleted_at is null;
--> statement-breakpoint
-- With the other sort keys and filters, so that what comes before the sort is read from the index alone.
create index tareas_inicio_programado on tareas (inicio_programado, id) include (created_at, prioridad)
  where deleted_at is null;
--> statement-breakpoint
create index tareas_prioridad_id on tareas (prioridad, id) where deleted_at is null;
--> statement-breakpoint
create index tareas_estado on tareas (estado, created_at, id) include (tipo, prioridad, inicio_programado)
  where deleted_at is null;
--> statement-breakpoint
create index tareas_tipo on tareas (tipo, created_at, id) where deleted_at is null;
--> statement-breakpoint
create index tareas_creado_por on tareas (creado_por_usuario_id, created_at, id) where deleted_at is null;
