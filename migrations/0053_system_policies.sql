-- Row security for the hub's own login, apart from that of everybody else. The planner copies every policy that names a
-- login into each of its statements, and the executor starts all of them, false or not: asking about people, devices and
-- plugins cost the worker more than most of its statements. Its question is one: is this the hub, in this tenant?
--
-- What the rules say of anybody is what it was before; app.access is untouched.

-- The policies of a table for people, devices and plugins go to hub_app; for each verb that app.access gives to the
-- system, hub_worker gets one of its own. The restrictive policies (the tenant's) stay for both.
create function app.set_system_apart(target text) returns void
language plpgsql
as $$
declare
  policy record;
  verb text;
begin
  for policy in
    select p.policyname from pg_policies p
     where p.schemaname = 'public' and p.tablename = target and p.permissive = 'PERMISSIVE' and p.roles = '{public}'
  loop
    execute format('alter policy %I on %I to hub_app', policy.policyname, target);
  end loop;
  for verb in select a.verb from app.access a where a.table_name = target and a.role = 'system' loop
    execute format('create policy %I on %I for %s to hub_worker %s', 'system_' || verb, target, verb, case verb
      when 'insert' then 'with check ((select app.is_system()))'
      when 'update' then 'using ((select app.is_system())) with check ((select app.is_system()))'
      else 'using ((select app.is_system()))' end);
  end loop;
end $$;

-- Not the tables that nobody but the hub may see: their one policy asks just that.
select app.set_system_apart(a.table_name)
  from (select distinct table_name from app.access) a
 where not exists (select from pg_policies p where p.tablename = a.table_name and p.policyname = 'system');

-- The three that write policies, for the tables to come.
create or replace function app.secure(
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
  rule record;
  condition text;
  masked record;
begin
  execute format('alter table %I enable row level security', target);
  execute format('alter table %I force row level security', target);
  execute format('create policy tenant on %I as restrictive for all
                  using (%I = (select app.org())) with check (%2$I = (select app.org()))', target, tenant);
  for rule in
    select * from (values ('select', 'read', read), ('insert', 'insert', insert), ('update', 'update', update),
                          ('delete', 'delete', delete)) r (verb, name, terms)
  loop
    condition := app.condition(target, rule.terms, event_column, own);
    execute format('create policy %I on %I for %s %s', rule.name, target, rule.verb, case rule.verb
      when 'insert' then format('with check (%s)', condition)
      when 'update' then format('using (%s) with check (%1$s)', condition)
      else format('using (%s)', condition) end);
    perform app.record_access(target, rule.verb, rule.terms);
  end loop;
  perform app.set_system_apart(target);
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

create or replace function app.also_allow(target text, verbs text, roles text, scope text, condition text) returns void
language plpgsql
as $$
declare
  verb text;
  allowed text := format('(%s and (%s))',
    case roles when 'any' then '(select app.role()) is not null'
               else format('(select app.role()) = any (%L::text[])', regexp_split_to_array(roles, '\s+')) end,
    condition);
begin
  foreach verb in array regexp_split_to_array(verbs, '\s+') loop
    execute format('create policy %I on %I for %s to hub_app %s',
      verb || '_' || scope || '_' || replace(roles, ' ', '_'), target, verb,
      case verb
        when 'insert' then format('with check (%s)', allowed)
        when 'update' then format('using (%s) with check (%1$s)', allowed)
        else format('using (%s)', allowed)
      end);
    insert into app.access
      select target, verb, role, scope from unnest(regexp_split_to_array(roles, '\s+')) role;
  end loop;
end $$;

create or replace function app.open_to_plugins(
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
    execute format('create policy via_plugin_%s on %I for %1$s to hub_app %3$s', rule.verb, target, case rule.verb
      when 'insert' then format('with check (%s)', condition)
      when 'update' then format('using (%s) with check (%1$s)', condition)
      else format('using (%s)', condition) end);
    insert into app.access values (target, rule.verb, 'plugin', rule.scope);
  end loop;
end $$;
