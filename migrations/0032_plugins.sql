-- Plugins: the catalogue, what an organization has switched on, and the plugin as somebody who acts. A plugin may do what
-- an owner granted by name (crm:read, commerce:write) and nothing else; its token is not its right.

create table plugins (
  key text primary key check (key ~ '^[a-z][a-z0-9_]{1,40}$'),
  name text not null check (length(name) between 1 and 200),
  publisher text not null,
  kind text not null check (kind in ('first_party', 'third_party')),
  version text not null,
  manifest jsonb not null,
  capabilities text[] not null default '{}',
  artifact_sha256 bytea check (octet_length(artifact_sha256) = 32),
  signature bytea,
  status text not null default 'available' check (status in ('available', 'withdrawn')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1
);
comment on table plugins is 'Catalogue of available plugins, the same for every organization.';

create function app.a_touch_plugin() returns trigger
language plpgsql
as $$
begin
  if new is not distinct from old then
    return new;
  end if;
  if new.key <> old.key then
    raise exception 'the key of a plugin never changes' using errcode = '23514';
  end if;
  new.updated_at := now();
  new.rev := old.rev + 1;
  return new;
end $$;
create trigger a_touch before update on plugins for each row execute function app.a_touch_plugin();

alter table plugins enable row level security;
alter table plugins force row level security;
create policy read on plugins for select using (true);
create policy insert on plugins for insert with check ((select app.is_system()));
create policy update on plugins for update using ((select app.is_system())) with check ((select app.is_system()));
create policy delete on plugins for delete using ((select app.is_system()));
grant select on plugins to hub_app;
grant select, insert, update, delete on plugins to hub_worker;

create table plugin_installs (
  id uuid primary key default app.uuid7(),
  organization_id uuid not null default app.org() references organizations on delete cascade,
  -- A plugin that somebody uses does not leave the catalogue; it is withdrawn.
  plugin_key text not null references plugins (key),
  version text not null,
  status text not null default 'active' check (status in ('active', 'disabled', 'error')),
  granted_scopes text[] not null default '{}'
    check (array_to_string(granted_scopes, ' ', '?') ~ '^([a-z]+:(read|write)( [a-z]+:(read|write))*)?$'),
  -- Settings, never a secret.
  config jsonb not null default '{}',
  -- Of the token with which a plugin outside the hub presents itself.
  token_hash bytea unique,
  last_error text,
  created_by uuid default app.uid() references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rev bigint not null default 1,
  unique (organization_id, plugin_key),
  unique (organization_id, id)
);
create index on plugin_installs (plugin_key);
comment on table plugin_installs is 'A plugin switched on by an organization, with the scopes it was granted.';

-- Who acts, for plugins too. As with devices, the tenant and the right to act are read from the row on every statement:
-- disabling the install is enough.
create function app.plugin_install_id() returns uuid
language sql stable parallel safe
as $$ select app.setting('plugin_install_id')::uuid $$;

create or replace function app.org() returns uuid
language plpgsql stable security definer set search_path = public, pg_temp
as $$
begin
  if app.device_id() is not null then
    return (select d.organization_id from devices d where d.id = app.device_id() and d.status = 'active');
  end if;
  if app.plugin_install_id() is not null then
    return (select i.organization_id from plugin_installs i where i.id = app.plugin_install_id() and i.status = 'active');
  end if;
  return app.setting('org_id')::uuid;
end $$;

create or replace function app.role() returns text
language plpgsql stable security definer set search_path = public, pg_temp
as $$
begin
  if app.is_system() then
    return 'system';
  end if;
  if exists (select from organizations o where o.id = app.org() and o.status = 'suspended') then
    return null;
  end if;
  if app.device_id() is not null then
    return (select case d.profile when 'wall' then 'wall' else 'staff' end
              from devices d where d.id = app.device_id() and d.status = 'active');
  end if;
  if app.plugin_install_id() is not null then
    return (select 'plugin' from plugin_installs i where i.id = app.plugin_install_id() and i.status = 'active');
  end if;
  return (select m.role
            from memberships m join users u on u.id = m.user_id
           where m.user_id = app.uid() and m.organization_id = app.org()
             and m.status = 'active' and u.status = 'active');
end $$;

-- Whether the plugin that acts was granted a scope.
create function app.plugin_may(scope text) returns boolean
language sql stable security definer set search_path = public, pg_temp
as $$
  select app.role() = 'plugin'
     and exists (select from plugin_installs i where i.id = app.plugin_install_id() and scope = any (i.granted_scopes))
$$;
alter function app.plugin_may(text) owner to app_definer;

create or replace function live.writer_kind() returns text
language sql stable
as $$
  select case
    when session_user = 'hub_worker' then coalesce(app.setting('by_kind'), 'system')
    when session_user = 'hub_app' and app.device_id() is not null then 'device'
    when session_user = 'hub_app' and app.plugin_install_id() is not null then 'plugin'
    when session_user = 'hub_app' and app.uid() is not null then 'user'
    else 'database'
  end
$$;

create or replace function live.writer_id() returns uuid
language sql stable
as $$
  select case
    when session_user = 'hub_worker' then app.setting('by_id')::uuid
    when session_user = 'hub_app' then coalesce(app.device_id(), app.plugin_install_id(), app.uid())
  end
$$;

-- A token is all that an outside plugin brings; its tenant is not known before this has answered.
create function app.plugin_by_token(token_hash bytea) returns table (id uuid, organization_id uuid, plugin_key text)
language sql stable security definer set search_path = public, pg_temp
as $$
  select i.id, i.organization_id, i.plugin_key
    from plugin_installs i where i.token_hash = $1 and i.status = 'active' and app.is_system()
$$;
alter function app.plugin_by_token(bytea) owner to app_definer;

-- A scope is a word, or what a plugin was granted. A word that no policy knows is found by the tests.
alter table app.access drop constraint access_scope_check;
alter table app.access add constraint access_scope_check check (scope ~ '^[a-z]+(:(read|write))?$');

-- Adds plugins to the rules of a table that app.secure() has written. Each verb names the scope that it takes, or
-- `install`: rows of the plugin's own install, which `own` names. An update or a delete must be able to find its row:
-- give such a verb its read as well.
create function app.open_to_plugins(
  target text,
  read text default null,
  insert text default null,
  update text default null,
  delete text default null,
  own text default 'install_id')
returns void
language plpgsql
as $$
declare
  rule record;
  condition text;
begin
  for rule in
    select * from (values ('select', read), ('insert', insert), ('update', update), ('delete', delete)) r (verb, scope)
     where r.scope is not null
  loop
    condition := case rule.scope
      when 'install' then format('((select app.role()) = ''plugin'' and %I = (select app.plugin_install_id()))', own)
      else format('(select app.plugin_may(%L))', rule.scope) end;
    -- A name that comes after `update`: the conditions are asked in the order of their names, and plugins are the rare case.
    execute format('create policy via_plugin_%s on %I for %1$s %3$s', rule.verb, target, case rule.verb
      when 'insert' then format('with check (%s)', condition)
      when 'update' then format('using (%s) with check (%1$s)', condition)
      else format('using (%s)', condition) end);
    insert into app.access values (target, rule.verb, 'plugin', rule.scope);
  end loop;
end $$;

select app.touch('plugin_installs');
select app.secure('plugin_installs',
  read => 'owner admin producer', insert => 'owner admin', update => 'owner admin', delete => 'owner admin');
select app.open_to_plugins('plugin_installs', read => 'install', own => 'id');
select live.track('plugin_installs', topics => 'org', omit => '{token_hash}');

-- A plugin that is switched off, or loses a scope, loses its sockets at once.
create or replace function live.ring_person() returns trigger
language plpgsql
as $$
declare
  changed jsonb := to_jsonb(coalesce(new, old));
begin
  perform pg_notify('live', 'person:' || case when tg_table_name in ('users', 'devices', 'plugin_installs')
                                              then changed ->> 'id' else changed ->> 'user_id' end);
  return null;
end $$;
create trigger ring_person after update on plugin_installs
  for each row when ((old.status, old.granted_scopes, old.token_hash) is distinct from (new.status, new.granted_scopes, new.token_hash))
  execute function live.ring_person();
create trigger ring_person_d after delete on plugin_installs for each row execute function live.ring_person();

-- What was there before there were plugins.
select app.open_to_plugins('events', read => 'events:read');
select app.open_to_plugins('event_schedules', read => 'events:read');
select app.open_to_plugins('event_alerts', insert => 'events:write');
select app.open_to_plugins('ticket_tiers', read => 'ticketing:read');
select app.open_to_plugins('orders', read => 'ticketing:read');
select app.open_to_plugins('registrations', read => 'ticketing:read');
select app.open_to_plugins('check_ins', read => 'ticketing:read');
select app.open_to_plugins('model_profiles', read => 'casting:read');
select app.open_to_plugins('fashion_brands', read => 'catalog:read');
select app.open_to_plugins('collections', read => 'catalog:read');
-- The code on a ticket opens the door.
insert into app.masks values ('registrations', 'qr_code_data', 'plugin'), ('tickets', 'qr_code', 'plugin');

insert into app.access (table_name, verb, role, scope) values
  ('plugins', 'select', 'any', 'all'), ('plugins', 'select', 'system', 'all'), ('plugins', 'insert', 'system', 'all'),
  ('plugins', 'update', 'system', 'all'), ('plugins', 'delete', 'system', 'all');
insert into data_classes (table_name, column_name, class, subject_path, on_export, on_erase) values
  ('plugin_installs', 'token_hash', 'secret', '-', false, 'delete_row');
