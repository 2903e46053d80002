-- E-mails are compared by the domain as it stands in DNS: `bücher.example` becomes
-- `xn--bcher-kva.example`. Here with RFC 3492's own steps, as SQL knows no Punycode; the rest of an
-- address is in its one form since it was written.

create function punycode(label text) returns text language plpgsql immutable strict as $$
declare
  points integer[] := array(
    select ascii(letter) from string_to_table(label, null) with ordinality as t (letter, place)
    order by place
  );
  plain text := regexp_replace(label, '[^\u0001-\u007f]', '', 'g');
  encoded text := case when plain = '' then '' else plain || '-' end;
  done integer := length(plain);
  code integer := 128;
  next_code integer;
  delta integer := 0;
  bias integer := 72;
  point integer;
  rest integer;
  step integer;
  threshold integer;
begin
  if done = cardinality(points) then return label; end if;
  while done < cardinality(points) loop
    select min(p) into next_code from unnest(points) as p where p >= code;
    delta := delta + (next_code - code) * (done + 1);
    code := next_code;
    foreach point in array points loop
      if point < code then delta := delta + 1; end if;
      continue when point <> code;
      rest := delta;
      step := 36;
      loop
        threshold := greatest(1, least(26, step - bias));
        exit when rest < threshold;
        encoded := encoded || substr('abcdefghijklmnopqrstuvwxyz0123456789', threshold + (rest - threshold) % (36 - threshold) + 1, 1);
        rest := (rest - threshold) / (36 - threshold);
        step := step + 36;
      end loop;
      encoded := encoded || substr('abcdefghijklmnopqrstuvwxyz0123456789', rest + 1, 1);
      delta := delta / case when done = length(plain) then 700 else 2 end;
      done := done + 1;
      delta := delta + delta / done;
      step := 0;
      while delta > 455 loop
        delta := delta / 35;
        step := step + 36;
      end loop;
      bias := step + 36 * delta / (delta + 38);
      delta := 0;
    end loop;
    delta := delta + 1;
    code := code + 1;
  end loop;
  return 'xn--' || encoded;
end $$;
--> statement-breakpoint
create function email_in_dns(email text) returns text language sql immutable strict
return substring(email from '^.*@') || (
  select string_agg(punycode(label), '.' order by place)
  from string_to_table(substring(email from '[^@]*$'), '.') with ordinality as t (label, place)
);
--> statement-breakpoint
lock table usuarios in share row exclusive mode;
--> statement-breakpoint
do $$
declare
  conflicts text;
begin
  select string_agg(id::text, ', ' order by id) into conflicts from usuarios
  where deleted_at is null
    and email ~ '[\u0001-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff]';
  if conflicts is not null then
    raise exception 'usuarios have an e-mail with characters that do not show (ids %): give them another one in the version that ran so far, then start again', conflicts
      using errcode = 'GAD01';
  end if;
  select string_agg(ids, '; ') into conflicts from (
    select string_agg(id::text, ' and ' order by id) as ids
    from usuarios where deleted_at is null
    group by email_in_dns(email) having count(*) > 1
    order by min(id) limit 20
  ) as same;
  if conflicts is not null then
    raise exception 'usuarios have the same e-mail once its domain is written as in DNS (ids %): correct or delete all but one of each in the version that ran so far, then start again', conflicts
      using errcode = 'GAD01';
  end if;
end $$;
--> statement-breakpoint
update usuarios set email = email_in_dns(email)
where substring(email from '[^@]*$') ~ '[^\u0001-\u007f]';
--> statement-breakpoint
drop function email_in_dns(text);
--> statement-breakpoint
drop function punycode(text);
