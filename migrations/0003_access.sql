-- Row security from one line a verb. app.secure() writes the policies of a table from its access rules and keeps the
-- rules, so that the hub's fan-out, the documentation and the hostile tests read what the policies were made from.

create table app.access (
  table_name text not null,
  verb text not null check (verb in ('select', 'insert', 'update', 'delete')),
  role text not null,
  scope text not null check (scope in ('all', 'event', 'own', 'published', 'member', 'self')),
  primary key (table_name, verb, role, scope)
);
comment on table app.access is 'Who may do what: role within scope (all rows of the tenant; rows of their events; their own rows; published events).';

create table app.masks (
  table_name text not null,
  column_name text not null,
  role text not null,
  primary key (table_name, column_name, role)
);
comment on table app.masks is 'Columns that a role does not see in any answer, by plain name (attendee_email, not attendee_email_enc).';

grant select on app.access, app.masks to hub_app, hub_worker;

-- The condition of one verb from rule text such as 'owner admin staff@event attendee@own'.
create function app.condition(target text, rule text, event_column text, own_column text) returns text
language plpgsql
as $$
declare
  everywhere text[] := '{}';
  parts text[] := '{}';
  term text;
  role text;
  scope text;
begin
  if rule !~ '\mnosystem\M' then
    everywhere := array['system'];
  end if;
  foreach term in array regexp_split_to_array(trim(rule), '\s+') loop
    continue when term in ('none', 'nosystem', '');
    role := split_part(term, '@', 1);
    scope := coalesce(nullif(split_part(term, '@', 2), ''), 'all');
    case scope
      when 'all' then everywhere := everywhere || role;
      when 'event' then parts := parts || format(
        '((select app.role()) = %L and %I in (select app.my_events()))', role, event_column);
      when 'own' then
        if role = 'any' then
          parts := parts || format('((select app.role()) is not null and %I = (select app.uid()))', own_column);
        else
          parts := parts || format('((select app.role()) = %L and %I = (select app.uid()))', role, own_column);
        end if;
      when 'published' then parts := parts || format(
        '((select app.role()) = %L and status = ''published'' and is_public)', role);
      else raise exception 'app.secure(%): unknown scope in %', target, term;
    end case;
  end loop;
  if everywhere <> '{}' then
    parts := format('((select app.role()) = any (%L::text[]))', everywhere) || parts;
  end if;
  return coalesce(nullif(array_to_string(parts, ' or '), ''), 'false');
end $$;

create function app.record_access(target text, verb text, rule text) returns void
language plpgsql
as $$
declare
  term text;
begin
  if rule !~ '\mnosystem\M' then
    insert into app.access values (target, verb, 'system', 'all');
  end if;
  foreach term in array regexp_split_to_array(trim(rule), '\s+') loop
    continue when term in ('none', 'nosystem', '');
    insert into app.access values
      (target, verb, split_part(term, '@', 1), coalesce(nullif(split_part(term, '@', 2), ''), 'all'));
  end loop;
end $$;

-- A narrow role may change only some columns of a row that it may update at all. The first argument is the list, as
-- JSON: {"staff": ["status"]}.
create function app.limit_update() returns trigger
language plpgsql
as $$
declare
  allowed jsonb := tg_argv[0]::jsonb -> app.role();
  column_name text;
begin
  if allowed is null then
    return new;
  end if;
  for column_name in
    select n.key from jsonb_each(to_jsonb(new)) n
     where n.value is distinct from to_jsonb(old) -> n.key and n.key not in ('updated_at', 'rev')
  loop
    if not allowed ? column_name then
      raise exception 'a % may not change %.%', app.role(), tg_table_name, column_name using errcode = '42501';
    end if;
  end loop;
  return new;
end $$;

-- Enables and forces row security on a tenant table: one restrictive policy for the tenant, one permissive policy a verb.
create function app.secure(
  target text,
  read text,
  insert text,
  update text,
  delete text,
  limit_update jsonb default null,
  mask jsonb default null,
  event_column text default 'event_id',
  own text default 'user_id',
  tenant text default 'organization_id')
returns void
language plpgsql
as $$
declare
  masked record;
begin
  execute format('alter table %I enable row level security', target);
  execute format('alter table %I force row level security', target);
  execute format('create policy tenant on %I as restrictive for all
                  using (%I = (select app.org())) with check (%2$I = (select app.org()))', target, tenant);
  execute format('create policy read on %I for select using (%s)',
                 target, app.condition(target, read, event_column, own));
  execute format('create policy insert on %I for insert with check (%s)',
                 target, app.condition(target, insert, event_column, own));
  execute format('create policy update on %I for update using (%s) with check (%2$s)',
                 target, app.condition(target, update, event_column, own));
  execute format('create policy delete on %I for delete using (%s)',
                 target, app.condition(target, delete, event_column, own));
  perform app.record_access(target, 'select', read);
  perform app.record_access(target, 'insert', insert);
  perform app.record_access(target, 'update', update);
  perform app.record_access(target, 'delete', delete);
  execute format('grant select, insert, update, delete on %I to hub_app, hub_worker', target);
  if limit_update is not null then
    execute format('create trigger b_limit_update before update on %I for each row
                    when (session_user <> ''hub_worker'') execute function app.limit_update(%L)',
                   target, limit_update);
  end if;
  for masked in select m.key as column_name, role
                  from jsonb_each(mask) m, jsonb_array_elements_text(m.value) role loop
    insert into app.masks values (target, masked.column_name, masked.role);
  end loop;
end $$;
