-- What every statement under row security pays before its first row: less of it, with the same meaning.

-- "(select f()) is null" is to the planner a test that one row in 200 passes. A table without devices then seemed 200
-- times as small as it is, and joins with it were planned for a handful of rows. A condition that is true or false as a
-- whole is taken for one that may pass all rows.
create or replace function app.refuse_devices(target text) returns void
language plpgsql
as $$
begin
  execute format('create policy no_devices on %I as restrictive for all using ((select app.device_id() is null))', target);
end $$;

do $$
declare
  refusing regclass;
begin
  for refusing in select p.polrelid from pg_policy p where p.polname = 'no_devices' loop
    execute format('alter policy no_devices on %s using ((select app.device_id() is null))', refusing);
  end loop;
end $$;

-- Asked once a policy, several times a statement: one look-up instead of two, and none for the tenant on the way.
create or replace function app.role() returns text
language plpgsql stable security definer set search_path = public, pg_temp
as $$
begin
  if app.is_system() then
    return 'system';
  end if;
  if app.device_id() is not null then
    return (select case d.profile when 'wall' then 'wall' else 'staff' end
              from devices d join organizations o on o.id = d.organization_id and o.status <> 'suspended'
             where d.id = app.device_id() and d.status = 'active');
  end if;
  if app.plugin_install_id() is not null then
    return (select 'plugin'
              from plugin_installs i join organizations o on o.id = i.organization_id and o.status <> 'suspended'
             where i.id = app.plugin_install_id() and i.status = 'active');
  end if;
  -- Neither a device nor a plugin: the tenant is the one that the session states, as app.org() says.
  return (select m.role
            from memberships m
            join users u on u.id = m.user_id and u.status = 'active'
            join organizations o on o.id = m.organization_id and o.status <> 'suspended'
           where m.user_id = app.uid() and m.organization_id = app.setting('org_id')::uuid and m.status = 'active');
end $$;

-- Nearly everybody who asks is no plugin, which takes no look-up to know. In PL/pgSQL its statement is planned once a
-- connection, not at every call.
create or replace function app.plugin_may(scope text) returns boolean
language plpgsql stable security definer set search_path = public, pg_temp
as $$
begin
  if app.plugin_install_id() is null or app.role() is distinct from 'plugin' then
    return false;
  end if;
  return exists (select from plugin_installs i
                  where i.id = app.plugin_install_id() and plugin_may.scope = any (i.granted_scopes));
end $$;
